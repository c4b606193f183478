import { build } from 'hdr-histogram-js'

/** Times in milliseconds. */
export interface LatencySummary {
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
  /** `[percentile, ms]` pairs, denser towards 100. */
  readonly curve: readonly (readonly [percentile: number, ms: number])[]
}

export interface LatencyRecorder {
  record(ms: number): void
  reset(): void
  summary(): LatencySummary
}

const HIGHEST_US = 120_000_000
/** Percentiles from 0 to 99.99, evenly spaced on a logarithmic scale of the distance to 100, as is usual in plots. */
const PERCENTILES = Array.from({ length: 81 }, (_, step) => 100 * (1 - 10 ** (-step / 20)))

/** Records microseconds with three significant digits. */
export function createLatencyRecorder(): LatencyRecorder {
  const histogram = build({ highestTrackableValue: HIGHEST_US, numberOfSignificantValueDigits: 3 })
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1_000
  return {
    record: (ms) => histogram.recordValue(Math.min(HIGHEST_US, Math.max(0, Math.round(ms * 1_000)))),
    reset: () => histogram.reset(),
    summary: () => ({
      count: histogram.totalCount,
      p50: at(50),
      p90: at(90),
      p99: at(99),
      p999: at(99.9),
      max: histogram.maxValue / 1_000,
      // omit percentiles beyond the number of operations
      curve: PERCENTILES.filter((percentile) => (1 - percentile / 100) * histogram.totalCount >= 1).map(
        (percentile) => [percentile, at(percentile)],
      ),
    }),
  }
}
