/*
 * An adaptive concurrency limit, by Little's law: L = λ·W, where L are in flight, λ finish in a second, and each is in
 * flight for W. A message that came as one of `among` and took W has seen λ = among / W. Whoever is to be done within
 * `withinMs` may be one of λ·withinMs. Invariants:
 *  1. The limit is never above `most` and never below `least`. Where W does not depend on L (a model that takes 20 s for
 *     each note), λ falls with the limit, and without a floor the limit would follow it down to 1.
 *  2. Only work teaches it: time spent waiting for something else than this worker says nothing about its pace.
 */

export interface ConcurrencyLimit {
  readonly limit: number
  /**
   * Learns from a message that was worked on without waiting.
   *
   * @param inFlightMs from its arrival to its answer
   * @param among how many were in flight when it came, itself included
   */
  learn(inFlightMs: number, among: number): void
}

/** The weight of one message; what was learned from the latest sixteen counts for two thirds. */
const WEIGHT = 1 / 16

export function createConcurrencyLimit(options: {
  /** In which a message that comes now is to be finished. */
  readonly withinMs: number
  readonly least: number
  readonly most: number
}): ConcurrencyLimit {
  const { withinMs, most } = options
  const least = Math.min(options.least, most)
  let reachable = least
  return {
    get limit() {
      return Math.max(least, Math.floor(reachable)) // 1
    },
    learn: (inFlightMs, among) => {
      const seen = inFlightMs <= 0 ? most : Math.min(most, (among * withinMs) / inFlightMs)
      reachable += (seen - reachable) * WEIGHT
    },
  }
}
