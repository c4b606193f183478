import type { Metrics } from '../telemetry/metrics.ts'
import type { Flush } from './batcher.ts'

/**
 * Measures the batches of a service: how large they are, how long they take, and how many items wait behind one.
 * @returns makes the listener for one batcher; the name becomes the label `batcher`
 */
export function measureBatches(metrics: Metrics): (batcher: string) => (flush: Flush) => void {
  const labelNames = ['batcher'] as const
  const size = metrics.histogram({
    name: 'leadtriage_batch_items',
    help: 'Items that went into one commit or query.',
    labelNames,
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
  })
  const duration = metrics.histogram({
    name: 'leadtriage_batch_duration_seconds',
    help: 'Time that one commit or query took.',
    labelNames,
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
  })
  const queued = metrics.gauge({
    name: 'leadtriage_batch_queued_items',
    help: 'Items that were waiting when the last commit or query ended.',
    labelNames,
  })
  return (batcher) => {
    const labels = { batcher }
    return (flush) => {
      size.observe(labels, flush.items)
      duration.observe(labels, flush.seconds)
      queued.set(labels, flush.queued)
    }
  }
}
