import type { Metrics } from '../telemetry/metrics.ts'
import type { Flush } from './batcher.ts'

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]

/**
 * Measures the batches of a service: how large they are, how long their items waited and they take, and how many items
 * wait behind one.
 * @returns makes the listener for one batcher; the name becomes the label `batcher`, and `sizeOf` tells what an item
 *   counts for, where it is more than one
 */
export function measureBatches(metrics: Metrics) {
  const labelNames = ['batcher'] as const
  const size = metrics.histogram({
    name: 'leadtriage_batch_items',
    help: 'Leads or look-ups that went into one commit or query.',
    labelNames,
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 4_000],
  })
  const wait = metrics.histogram({
    name: 'leadtriage_batch_wait_seconds',
    help: 'Time that the first item of a commit or query had waited for it.',
    labelNames,
    buckets: SECONDS,
  })
  const duration = metrics.histogram({
    name: 'leadtriage_batch_duration_seconds',
    help: 'Time that one commit or query took.',
    labelNames,
    buckets: SECONDS,
  })
  const queued = metrics.gauge({
    name: 'leadtriage_batch_queued_items',
    help: 'Items that were waiting when the last commit or query ended; a list of leads is one.',
    labelNames,
  })
  return <Item>(batcher: string, sizeOf?: (item: Item) => number): ((flush: Flush<Item>) => void) => {
    const labels = { batcher }
    return (flush) => {
      size.observe(labels, sizeOf ? flush.items.reduce((sum, item) => sum + sizeOf(item), 0) : flush.items.length)
      wait.observe(labels, flush.waitedSeconds)
      duration.observe(labels, flush.seconds)
      queued.set(labels, flush.queued)
    }
  }
}
