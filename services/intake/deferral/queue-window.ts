import type { QueueDepth } from '../../../lib/jetstream/queue-state.ts'

/*
 * How many undelivered leads the queue may hold. The queue is first in, first out: a lead waits behind all that were
 * published before it. Hence the window holds only what the workers take within a moment, and every other lead waits in
 * PostgreSQL, where the reconciler takes turns between clients. Invariants:
 *  1. A queue that runs dry while leads wait doubles the window, so that within a second it fits any throughput.
 *  2. A queue that stays filled shrinks the window to what the workers take within {@link HORIZON_MS}, or to a quarter of
 *     what they have in flight: a lead then waits for about a quarter of the time that a worker takes with it.
 *  3. 1 ≤ size ≤ {@link MAX_SIZE}.
 */

export interface QueueWindow {
  readonly size: number
  /**
   * Adjusts the size.
   *
   * @param limited whether leads had to wait for the window since the last sample
   * @param nowMs of a monotonic clock
   */
  observe(depth: QueueDepth, limited: boolean, nowMs: number): void
}

/** Small, since a model may take seconds for each lead. Fast workers widen the window within a fraction of a second. */
const INITIAL_SIZE = 2
const MAX_SIZE = 8_192
/** Twice the time between two samples, so that the queue does not run dry in between. */
const HORIZON_MS = 100
/** Retries of a model that is away are in flight as well; they must not widen the window. */
const MAX_IN_FLIGHT = 1_024
const SHRINK = 0.9
/** In fewer samples, a lead that is on its way to a worker looks like one that waits. */
const BUSY_SAMPLES = 4
/** Time constant of the moving average of the throughput. */
const AVERAGE_MS = 500
/** Samples that are further apart say nothing about the throughput of busy workers. */
const MAX_GAP_MS = 500

export function createQueueWindow(): QueueWindow {
  let size = INITIAL_SIZE
  let deliveredPerMs = 0
  let busySamples = 0
  let last: { readonly delivered: number; readonly atMs: number } | undefined

  const observeThroughput = (delivered: number, nowMs: number) => {
    const elapsedMs = last === undefined ? 0 : nowMs - last.atMs
    const sinceLast = last === undefined ? 0 : delivered - last.delivered
    last = { delivered, atMs: nowMs }
    if (elapsedMs <= 0 || elapsedMs > MAX_GAP_MS || sinceLast < 0) return // idle, or the consumer was recreated
    deliveredPerMs += (sinceLast / elapsedMs - deliveredPerMs) * (1 - Math.exp(-elapsedMs / AVERAGE_MS))
  }

  return {
    get size() {
      return Math.floor(size)
    },
    observe: ({ pending, inFlight, delivered }, limited, nowMs) => {
      observeThroughput(delivered, nowMs)
      busySamples = pending === 0 ? 0 : busySamples + 1
      if (pending === 0) {
        if (limited) size = Math.min(2 * size, MAX_SIZE) // 1
        return
      }
      if (busySamples < BUSY_SAMPLES) return
      const enough = Math.max(1, deliveredPerMs * HORIZON_MS, Math.min(inFlight, MAX_IN_FLIGHT) / 4) // 2
      size = Math.min(Math.max(enough, size * SHRINK), MAX_SIZE)
    },
  }
}
