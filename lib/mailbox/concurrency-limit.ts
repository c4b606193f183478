/*
 * An adaptive concurrency limit by Little's law: L = λW, where L is the number in flight, λ the throughput and W the
 * time each message is in flight. A message that arrived as one of L in flight and took W has observed λ = L / W. To
 * finish within `targetMs`, at most λ · targetMs may be in flight. Invariants:
 *  1. min ≤ limit ≤ max. If W does not depend on L (a model that takes 20 s per note), λ falls with the limit, and
 *     without a minimum the limit would drop to 1.
 *  2. Only messages that were processed without waiting are observed: time spent waiting for something else says
 *     nothing about the throughput of this worker.
 */

export interface ConcurrencyLimit {
  readonly limit: number
  /**
   * Observes a message that was processed without waiting.
   *
   * @param durationMs from its arrival to its acknowledgement
   * @param inFlight the number in flight when it arrived, including itself
   */
  observe(durationMs: number, inFlight: number): void
}

/** Exponential moving average: the latest sixteen messages have two thirds of the weight. */
const WEIGHT = 1 / 16

export function createConcurrencyLimit(options: {
  /** A message that arrives now should be finished within this time. */
  readonly targetMs: number
  readonly min: number
  readonly max: number
}): ConcurrencyLimit {
  const { targetMs, max } = options
  const min = Math.min(options.min, max)
  let average = min
  return {
    get limit() {
      return Math.max(min, Math.floor(average)) // 1
    },
    observe: (durationMs, inFlight) => {
      const sample = durationMs <= 0 ? max : Math.min(max, (inFlight * targetMs) / durationMs)
      average += (sample - average) * WEIGHT
    },
  }
}
