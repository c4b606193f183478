import type { Metrics } from '../../telemetry/metrics.ts'

/** Counts the streams that a service deletes since they deliver or take nothing; each reason is there from the start. */
export function countStreamRecreations(metrics: Metrics, reasons: readonly string[]) {
  const counter = metrics.counter({
    name: 'leadtriage_stream_recreations_total',
    help: 'Streams of leads that were deleted because they delivered or took no messages, by reason. They are created again.',
    labelNames: ['reason'],
  })
  for (const reason of reasons) counter.inc({ reason }, 0) // else the first increase is none to Prometheus
  return counter
}
