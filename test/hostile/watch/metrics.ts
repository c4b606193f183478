import { findCanaries } from '../canary.ts'

export interface MetricsViolations {
  /** Metrics with more series than bounded labels can produce, and lines that contain a canary. */
  readonly labels: string[]
  /** Series that count calls with the code `internal`. */
  readonly internal: string[]
}

/**
 * Above the series of the largest metric, the histogram of calls: about 16 for each method, outcome and protocol that
 * occurred. Intake has 25 methods and routes, most of them over three protocols, with up to fifteen outcomes.
 */
const MAX_SERIES = 10_000

export async function checkMetrics(url: string): Promise<MetricsViolations> {
  const text = await fetch(`${url}/metrics`).then(
    (response) => response.text(),
    () => '', // the process has exited, which another check reports
  )
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const byName = Map.groupBy(lines, (line) => /^[a-z0-9_:]+/i.exec(line)?.[0] ?? '')
  return {
    labels: [
      ...[...byName]
        .filter(([, series]) => series.length > MAX_SERIES)
        .map(([name, series]) => `${name} has ${series.length} series`),
      ...lines.filter((line) => findCanaries(line).length > 0),
    ],
    internal: lines.filter(
      (line) => /call_duration_seconds_count\{/.test(line) && /"internal"/.test(line) && !/ 0$/.test(line),
    ),
  }
}
