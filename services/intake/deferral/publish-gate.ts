import type { QueueDepth } from '../../../lib/jetstream/queue-state.ts'
import type { QueueWindow } from './queue-window.ts'

/*
 * Decides whether a committed lead is published at once or deferred. Invariants:
 *  1. While the window of the queue has room, leads are published at once.
 *  2. Once it is full, the leads of all clients are deferred: the reconciler publishes them in turns. Leads are
 *     published at once again when the queue has run dry, since the reconciler keeps it filled while leads are deferred.
 *  3. While the state of the queue is unknown, because NATS is unreachable or no worker has ever run, leads are
 *     published at once.
 *  4. An idle process sends no requests.
 */
export interface PublishGate {
  /** Whether to publish the next lead, which then counts as published; otherwise defer it. */
  tryEnter(): boolean
  stop(): void
}

/** Short, since the queue may exceed its window by what each process publishes meanwhile. */
const SAMPLE_INTERVAL_MS = 50
/** A queue of which two samples in a row are empty has run dry. */
const DRY_SAMPLES = 2

/** @param readDepth rejects while the state of the queue is unknown */
export function createPublishGate(readDepth: () => Promise<QueueDepth>, window: QueueWindow): PublishGate {
  let pending: number | undefined // at the last sample; undefined while unknown
  let publishedSince = 0
  let deferring = false
  let limited = false
  let drySamples = 0
  let timer: NodeJS.Timeout | undefined
  let sampling = false
  let stopped = false

  const sample = async () => {
    timer = undefined
    sampling = true
    const publishedBefore = publishedSince
    const wasLimited = limited
    limited = false
    try {
      const depth = await readDepth()
      window.observe(depth, wasLimited, performance.now())
      pending = depth.pending
      drySamples = pending === 0 ? drySamples + 1 : 0
      if (drySamples >= DRY_SAMPLES) deferring = false // 2
    } catch {
      pending = undefined // 3
      drySamples = 0
      deferring = false
    }
    publishedSince -= publishedBefore
    sampling = false
    if (publishedSince > 0 || deferring || (pending ?? 0) > 0) schedule() // 4
  }
  const schedule = () => {
    if (timer !== undefined || sampling || stopped) return
    timer = setTimeout(() => void sample(), SAMPLE_INTERVAL_MS).unref()
  }

  return {
    tryEnter: () => {
      schedule()
      if (pending !== undefined && pending + publishedSince >= window.size) deferring = true
      if (deferring) {
        limited = true
        return false // 2
      }
      publishedSince += 1
      return true // 1
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
