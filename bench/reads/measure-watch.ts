import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { waitUntil } from '../../embedded/wait-until.ts'
import { startChild } from '../load/child.ts'
import { Operation } from '../load/job.ts'
import type { LatencySummary } from '../load/latency.ts'
import { startGenerator } from '../load/start-generator.ts'
import { readUsage } from '../measure/process-usage.ts'
import type { Span } from '../measure/throughput.ts'
import type { Product } from '../stack/product.ts'
import type { StoredInsight, WatchFilter } from './watchers/mix.ts'
import { planWatchers } from './watchers/mix.ts'
import type { Comparison, WatchersCommand, WatchersReply } from './watchers/watcher-process.ts'

/** How fast, how completely and at what cost insights reach watchers. Times in milliseconds. */
export interface WatchRow {
  readonly watchers: number
  /** Leads stored per second, on average over the measured time. */
  readonly leadsPerSecond: number
  /** Insights received per second by all watchers together, on average over the measured time. */
  readonly receivedPerSecond: number
  /** Of all insights of the run, the warm-up included. */
  readonly delivered: Omit<Comparison, 'latency' | 'measured'>
  /** From the begin of the transaction that stored an insight to its receipt, by the clock of the machine. */
  readonly latency: LatencySummary
  /** Undefined on systems other than Linux. */
  readonly costs: readonly WatchCost[] | undefined
  /** Leads that could not be stored, and watchers whose streams ended; and why the first did. */
  readonly failures: number
  readonly failedWatchers: number
  readonly firstFailure: string | undefined
}

interface WatchCost {
  readonly process: string
  /** Cores used on average over the measured time. */
  readonly cores: number
  /** At the begin and at the end of the measured time. */
  readonly memoryMiB: readonly [before: number, after: number]
}

export interface WatchLoad {
  readonly watchers: number
  readonly leadsPerSecond: number
  readonly span: Span
}

const PROGRAM = fileURLToPath(new URL('watchers/watcher-process.ts', import.meta.url))
const CONNECTIONS = 64
const OPEN_TIMEOUT_MS = 60_000
/** What the watchers have not received this long after the last lead counts as missing. */
const DRAIN_TIMEOUT_MS = 60_000
/** Stores leads at a fixed rate while watchers receive their insights. */
export async function measureWatch(
  { url, insightsUrl, insightEvents, sql, processes }: Product,
  { watchers: count, leadsPerSecond, span }: WatchLoad,
  signal: AbortSignal,
): Promise<WatchRow> {
  const watchers = startChild<WatchersCommand, WatchersReply>(PROGRAM)
  const job = { operation: Operation.Rest, url, concurrency: CONNECTIONS, ratePerSecond: leadsPerSecond, insightEvents }
  const load = await startGenerator(job)
  try {
    await watchers.ask({ kind: 'open', url: insightsUrl, count })
    const areLive = async () => {
      const { live, firstFailure } = await watchers.ask({ kind: 'count' })
      if (firstFailure !== undefined) throw new Error(`a watcher failed: ${firstFailure}`)
      return live === count || undefined
    }
    if (!(await waitUntil(areLive, { timeoutMs: OPEN_TIMEOUT_MS, signal })))
      throw new Error('not all watchers are live')

    const all = [
      ...processes,
      { name: 'watchers', pid: watchers.pid, withChildren: false },
      { name: 'load generator', pid: load.pid, withChildren: false },
    ]
    await load.begin()
    await sleep(span.warmUpSeconds * 1_000, undefined, { signal })
    const from = Date.now()
    const before = await readUsage(all)
    await sleep(span.seconds * 1_000, undefined, { signal })
    const after = await readUsage(all)
    const until = Date.now()
    const { failures, firstFailure } = await load.end()

    const stored = await readStored(sql)
    // compared once, because a comparison keeps the watchers from reading for seconds
    const expected = countExpected(count, stored)
    const haveReceived = async () => (await watchers.ask({ kind: 'count' })).received >= expected || undefined
    await waitUntil(haveReceived, { timeoutMs: DRAIN_TIMEOUT_MS, intervalMs: 500, signal })
    const reply = await watchers.ask({ kind: 'compare', stored, from, until })
    if (reply.comparison === undefined) throw new Error('the watchers compared nothing')
    const { latency, measured, ...delivered } = reply.comparison
    const seconds = (until - from) / 1_000
    const costs =
      before &&
      after &&
      all.map(({ name }): WatchCost => {
        const [first, last] = [before.get(name), after.get(name)]
        return {
          process: name,
          cores: ((last?.cpuSeconds ?? 0) - (first?.cpuSeconds ?? 0)) / seconds,
          memoryMiB: [first?.memoryMiB ?? 0, last?.memoryMiB ?? 0],
        }
      })
    return {
      watchers: count,
      leadsPerSecond: stored.filter(({ storedAt }) => storedAt >= from && storedAt < until).length / seconds,
      receivedPerSecond: measured / seconds,
      ...{ delivered, latency, costs, failures, firstFailure: firstFailure ?? reply.firstFailure },
      failedWatchers: reply.failed,
    }
  } finally {
    load.close()
    watchers.close()
  }
}

/** How many insights the watchers receive together. */
function countExpected(watchers: number, stored: readonly StoredInsight[]): number {
  const counts = new Map<WatchFilter, number>()
  return planWatchers(watchers).reduce((sum, { filter }) => {
    const matching = counts.get(filter) ?? stored.filter(filter.matches).length
    counts.set(filter, matching)
    return sum + matching
  }, 0)
}

async function readStored(sql: Product['sql']): Promise<StoredInsight[]> {
  const rows = await sql<StoredInsight[]>`
    select lead_id as id, extract(epoch from i.updated_at)::float8 * 1000 as "storedAt",
           effective_priority as priority, effective_intent as intent, l.source
    from insights i join leads l on l.id = lead_id`
  return rows.map((row) => ({ ...row }))
}
