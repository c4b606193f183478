import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadJob } from '../load/job.ts'
import type { LatencySummary } from '../load/latency.ts'
import { startGenerator } from '../load/start-generator.ts'
import type { Target } from '../stack/target.ts'
import { finishDeferredWork } from './deferred-work.ts'
import type { Usage } from './process-usage.ts'
import { readUsage } from './process-usage.ts'
import { readStatements, resetStatements, type StatementCost } from './statements.ts'
import { countStored, databaseTime, lastInsightAt, untilTriaged, walBytesSince, walPosition } from './stored.ts'

export interface Span {
  readonly warmUpSeconds: number
  readonly seconds: number
}

/**
 * A fixed number of leads instead of a time. The costs then include the work that the system puts off: what its services
 * do in the background, entries that indexes have not sorted in, the vacuum, and the checkpoint.
 */
export interface LeadCount {
  readonly warmUpLeads: number
  readonly leads: number
}

export interface ProcessCost {
  readonly process: string
  readonly cpuSeconds: number
  readonly memoryMiB: number
  readonly cpuMicrosecondsPerLead: number
}

/** The rates of a closed loop, counted in the database. */
export interface Throughput {
  /** Accepted and triaged: the leads of the load, divided by the time from its start to the last insight. */
  readonly leadsPerSecond: number
  /** Accepted during the load. */
  readonly acceptedPerSecond: number
  /** Triaged during the load; below the accepted rate when triage cannot keep up. */
  readonly triagedPerSecond: number
  /** Time from the end of the load to the last insight. */
  readonly drainSeconds: number
  readonly answer: LatencySummary
  readonly failures: number
  readonly firstFailure: string | undefined
  /** From the start of the load to the last insight. */
  readonly walBytesPerLead: number
  /** Undefined without `watchStatements`. */
  readonly statements: readonly StatementCost[] | undefined
  /** From the start of the load to the last insight; undefined on systems other than Linux. */
  readonly costs: readonly ProcessCost[] | undefined
}

/** Drains the queue after the warm-up, so that the measurement starts with an empty one. */
export async function measureThroughput(
  target: Target,
  job: Omit<LoadJob, 'url'>,
  span: Span | LeadCount,
  signal: AbortSignal,
): Promise<Throughput> {
  const { sql } = target
  const load = await startGenerator({ ...job, url: target.url })
  const isCounted = 'leads' in span
  const [warmUp, measured] = isCounted ? [span.warmUpLeads, span.leads] : [span.warmUpSeconds, span.seconds]
  const run = async (amount: number) => {
    if (isCounted) return load.run(amount)
    await load.begin()
    await sleep(amount * 1_000, undefined, { signal })
    return load.end()
  }
  const untilDone = async (since: Date) => {
    await untilTriaged(sql, since, signal)
    if (isCounted) await finishDeferredWork(sql, target.processes, signal)
  }
  try {
    const processes = [...target.processes, { name: 'load generator', pid: load.pid, withChildren: false }]
    const warmedFrom = await databaseTime(sql)
    await run(warmUp)
    await untilDone(warmedFrom)

    if (target.watchesStatements) await resetStatements(sql)
    const [from, before, walBefore] = [await databaseTime(sql), await readUsage(processes), await walPosition(sql)]
    const { answer, failures, firstFailure } = await run(measured)
    const to = await databaseTime(sql)
    await untilDone(from)
    const [after, walBytes] = [await readUsage(processes), await walBytesSince(sql, walBefore)]
    const [inTime, triagedAt] = [await countStored(sql, from, to), await lastInsightAt(sql, from)]

    const loadSeconds = secondsBetween(from, to)
    return {
      leadsPerSecond: inTime.leads / secondsBetween(from, triagedAt),
      acceptedPerSecond: inTime.leads / loadSeconds,
      triagedPerSecond: inTime.insights / loadSeconds,
      drainSeconds: secondsBetween(to, triagedAt),
      answer,
      failures,
      firstFailure,
      walBytesPerLead: walBytes / Math.max(1, inTime.leads),
      statements: target.watchesStatements ? await readStatements(sql, inTime.leads) : undefined,
      costs: costsBetween(before, after, inTime.leads),
    }
  } finally {
    load.close()
  }
}

function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, (to.getTime() - from.getTime()) / 1_000)
}

function costsBetween(before: Usage, after: Usage, leads: number): ProcessCost[] | undefined {
  if (before === undefined || after === undefined) return undefined
  return [...after].map(([name, { cpuSeconds, memoryMiB }]) => {
    const used = cpuSeconds - (before.get(name)?.cpuSeconds ?? 0)
    return { process: name, cpuSeconds: used, memoryMiB, cpuMicrosecondsPerLead: (used * 1e6) / Math.max(1, leads) }
  })
}
