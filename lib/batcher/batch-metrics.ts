import type { Metrics } from '../telemetry/metrics.ts'
import type { Flush } from './batcher.ts'

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]

/**
 * Registers the batch metrics of a service: size, wait, duration and queue length.
 *
 * @returns a function that creates the `onFlush` listener of one batcher. `batcher` becomes the label of that name;
 *   `sizeOf` returns how many leads an item stands for, 1 by default
 */
export function measureBatches(metrics: Metrics) {
  const labelNames = ['batcher'] as const
  const size = metrics.histogram({
    name: 'leadtriage_batch_items',
    help: 'Leads or look-ups in one commit or query.',
    labelNames,
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 4_000],
  })
  const wait = metrics.histogram({
    name: 'leadtriage_batch_wait_seconds',
    help: 'Time the first item of a commit or query waited in the queue.',
    labelNames,
    buckets: SECONDS,
  })
  const duration = metrics.histogram({
    name: 'leadtriage_batch_duration_seconds',
    help: 'Duration of one commit or query.',
    labelNames,
    buckets: SECONDS,
  })
  const queued = metrics.gauge({
    name: 'leadtriage_batch_queued_items',
    help: 'Items in the queue when the last commit or query ended. A list of leads counts as one item.',
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
