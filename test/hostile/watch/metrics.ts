import { findCanaries } from '../canary.ts'

export interface MetricsFaults {
  /** Names with more series than a bounded set of labels gives, and labels that hold a canary. */
  readonly labels: string[]
  /** Calls that were counted as `internal`, by series. */
  readonly internal: string[]
}

/**
 * A histogram of calls has about 16 series for each method and outcome of each protocol that occurred; a service has at
 * most nine methods, with up to fifteen outcomes.
 */
const MOST_SERIES = 2_500

export async function readMetricsFaults(url: string): Promise<MetricsFaults> {
  const text = await fetch(`${url}/metrics`).then(
    (response) => response.text(),
    () => '', // the process is gone, which is said elsewhere
  )
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const byName = Map.groupBy(lines, (line) => /^[a-z0-9_:]+/i.exec(line)?.[0] ?? '')
  return {
    labels: [
      ...[...byName]
        .filter(([, series]) => series.length > MOST_SERIES)
        .map(([name, series]) => `${name} has ${series.length} series`),
      ...lines.filter((line) => findCanaries(line).length > 0),
    ],
    internal: lines.filter(
      (line) => /call_duration_seconds_count\{/.test(line) && /"internal"/.test(line) && !/ 0$/.test(line),
    ),
  }
}
