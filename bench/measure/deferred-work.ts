import type { Sql } from 'postgres'
import { waitUntil } from '../../embedded/wait-until.ts'
import { readUsage, type WatchedProcess } from './process-usage.ts'

/** The processes are idle when together they take less of one core, during an interval. */
const IDLE_SHARE = 0.1
const INTERVAL_MS = 500
const IDLE_WITHIN_MS = 30_000

/**
 * Lets the services finish what they do in the background, then makes PostgreSQL do what autovacuum and the checkpointer
 * would do some time later. Otherwise the costs of the leads before would count as those of the leads measured, and theirs
 * would be left out.
 */
export async function finishDeferredWork(
  sql: Sql,
  processes: readonly WatchedProcess[],
  signal: AbortSignal,
): Promise<void> {
  await untilIdle(processes, signal)
  const tables = await sql<{ name: string }[]>`
    select quote_ident(tablename) as name from pg_tables where schemaname = 'public' order by tablename`
  await sql.unsafe(`vacuum (analyze) ${tables.map(({ name }) => name).join(', ')}`)
  await sql`checkpoint`
}

/** Returns after thirty seconds at the latest: on a small machine, a new version may never be idle. */
async function untilIdle(processes: readonly WatchedProcess[], signal: AbortSignal): Promise<void> {
  let before = Number.NEGATIVE_INFINITY // the first probe has no interval
  const probe = async () => {
    const now = await cpuSeconds(processes)
    const used = now - before
    before = now
    return used < (IDLE_SHARE * INTERVAL_MS) / 1_000 || undefined
  }
  await waitUntil(probe, { timeoutMs: IDLE_WITHIN_MS, intervalMs: INTERVAL_MS, signal })
}

async function cpuSeconds(processes: readonly WatchedProcess[]): Promise<number> {
  const usage = await readUsage(processes)
  return [...(usage?.values() ?? [])].reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)
}
