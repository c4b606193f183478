import type { LaneOutcome } from './run-lane.ts'

/** The outcome of all lanes. */
export interface Summary {
  readonly line: string
  /** Number of deletions after which no lead hung. */
  readonly passed: number
  readonly failed: number
}

/** The duration of the run, and for how much of it the machine was stalled. */
interface RunTimes {
  readonly tookMs: number
  readonly stalledMs: number
  readonly longestStallMs: number
}

export function summarize(version: string, seed: number, lanes: readonly LaneOutcome[], times: RunTimes): Summary {
  const sum = (of: (lane: LaneOutcome) => number) => lanes.reduce((total, lane) => total + of(lane), 0)
  const recoveries = lanes.flatMap(({ recoverySeconds }) => recoverySeconds).sort((a, b) => a - b)
  const latencies = lanes.flatMap(({ latencySeconds }) => latencySeconds).sort((a, b) => a - b)
  const deletions = sum((lane) => lane.deletions)
  const hanging = sum(({ hangs }) => hangs.reduce((total, hang) => total + hang.hanging, 0))
  const failed = sum(({ hangs, crashes }) => hangs.length + crashes.length)
  const seconds = (value: number | undefined) => `${(value ?? 0).toFixed(1)} s`
  return {
    line: [
      `nats-server ${version}`,
      `seed ${seed}`,
      `${deletions} deletions`,
      `${sum((lane) => lane.leads)} leads`,
      `slowest recovery ${seconds(recoveries.at(-1))}`,
      `recovery p50 ${seconds(quantile(recoveries, 0.5))}, p99 ${seconds(quantile(recoveries, 0.99))}`,
      `lead to insight p50 ${seconds(quantile(latencies, 0.5))}, p99 ${seconds(quantile(latencies, 0.99))}, slowest ${seconds(latencies.at(-1))}`,
      `dead letters ${sum((lane) => lane.deadLetters)}`,
      `hanging ${hanging}`,
      `took ${seconds(times.tookMs / 1_000)}, stalled ${seconds(times.stalledMs / 1_000)}, longest ${seconds(times.longestStallMs / 1_000)}`,
    ].join('  '),
    passed: Math.max(0, deletions - failed),
    failed,
  }
}

function quantile(sorted: readonly number[], q: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]
}
