import { setTimeout as sleep } from 'node:timers/promises'
import type { LatencySummary } from '../load/latency.ts'
import type { LoadJob } from '../load/job.ts'
import { startGenerator } from '../load/start-generator.ts'
import type { Target } from '../stack/target.ts'
import type { Usage } from './process-usage.ts'
import { readUsage } from './process-usage.ts'
import type { StoredRates } from './stored.ts'
import { countStored, databaseTime, untilTriaged } from './stored.ts'

export interface Span {
  readonly warmUpSeconds: number
  readonly seconds: number
}

export interface ProcessCost {
  readonly process: string
  readonly cpuSeconds: number
  readonly memoryMiB: number
  /** For each lead that was accepted, and triaged where it is a worker. */
  readonly cpuMicrosecondsPerLead: number
}

/** Leads sent as fast as they are answered. */
export interface Throughput extends StoredRates {
  /** What counts: both accepted and triaged, per second. */
  readonly leadsPerSecond: number
  readonly answer: LatencySummary
  readonly failures: number
  readonly firstFailure: string | undefined
  /** Undefined where the system does not tell. */
  readonly costs: readonly ProcessCost[] | undefined
}

export async function measureThroughput(
  target: Target,
  job: Omit<LoadJob, 'url'>,
  { warmUpSeconds, seconds }: Span,
  signal: AbortSignal,
): Promise<Throughput> {
  const { sql } = target
  const begun = await databaseTime(sql)
  const load = await startGenerator({ ...job, url: target.url })
  try {
    const processes = [...target.processes, { name: 'load generator', pid: load.pid, withChildren: false }]
    await sleep(warmUpSeconds * 1_000, undefined, { signal })
    await load.mark()
    const [from, before] = [await databaseTime(sql), await readUsage(processes)]
    await sleep(seconds * 1_000, undefined, { signal })
    const [to, after] = [await databaseTime(sql), await readUsage(processes)]
    const { answer, failures, firstFailure } = await load.stop()
    const { backlog, drainSeconds } = await untilTriaged(sql, begun, signal)

    const measuredSeconds = (to.getTime() - from.getTime()) / 1_000
    const { leads, insights } = await countStored(sql, from, to)
    return {
      leadsPerSecond: Math.min(leads, insights) / measuredSeconds,
      acceptedPerSecond: leads / measuredSeconds,
      triagedPerSecond: insights / measuredSeconds,
      backlog,
      drainSeconds,
      answer,
      failures,
      firstFailure,
      costs: costsBetween(before, after, leads, insights),
    }
  } finally {
    load.kill()
  }
}

function costsBetween(before: Usage, after: Usage, accepted: number, triaged: number): ProcessCost[] | undefined {
  if (before === undefined || after === undefined) return undefined
  return [...after].map(([name, { cpuSeconds, memoryMiB }]) => {
    const used = cpuSeconds - (before.get(name)?.cpuSeconds ?? 0)
    const leads = /triage|worker/.test(name) ? triaged : accepted
    return { process: name, cpuSeconds: used, memoryMiB, cpuMicrosecondsPerLead: (used * 1e6) / Math.max(1, leads) }
  })
}
