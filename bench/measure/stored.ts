import type { Sql } from 'postgres'
import { waitUntil } from '../../embedded/wait-until.ts'

/* Counts and times from the database and its clock, independent of the load generator. */

export async function databaseTime(sql: Sql): Promise<Date> {
  const [row] = await sql<{ now: Date }[]>`select clock_timestamp() as now`
  if (row === undefined) throw new Error('clock_timestamp() returned no row')
  return row.now
}

/** Counts leads and insights stored in a span, by the start time of their transactions. */
export async function countStored(sql: Sql, from: Date, to: Date): Promise<{ leads: number; insights: number }> {
  const [row] = await sql<{ leads: number; insights: number }[]>`
    select (select count(*)::int from leads where created_at >= ${from} and created_at < ${to}) as leads,
           (select count(*)::int from insights where created_at >= ${from} and created_at < ${to}) as insights`
  return row ?? { leads: 0, insights: 0 }
}

const DRAIN_WITHIN_MS = 120_000
const POLL_MS = 100

/**
 * Waits until every lead stored since then has an insight. Checks the newest lead first, because the queue is drained
 * in order: checking all leads ten times a second took more of PostgreSQL's CPU than storing them.
 */
export async function untilTriaged(sql: Sql, since: Date, signal: AbortSignal): Promise<void> {
  const probe = async () => !((await isNewestOpen(sql, since)) || (await someAreOpen(sql, since))) || undefined
  const areTriaged = await waitUntil(probe, { timeoutMs: DRAIN_WITHIN_MS, intervalMs: POLL_MS, signal })
  if (!areTriaged) throw new Error(`some leads were not triaged within ${DRAIN_WITHIN_MS / 1_000} s`)
}

async function isNewestOpen(sql: Sql, since: Date): Promise<boolean> {
  const found = await sql`
    with newest as materialized (
      select id from leads where created_at >= ${since} order by created_at desc, id desc limit 1
    )
    select from newest where not exists (select from insights i where i.lead_id = newest.id)`
  return found.length > 0
}

async function someAreOpen(sql: Sql, since: Date): Promise<boolean> {
  const found = await sql`
    select from leads l
    where created_at >= ${since} and not exists (select from insights i where i.lead_id = l.id)
    limit 1`
  return found.length > 0
}

/** Returns the time of the last insight since `since`, or `since` without one. */
export async function lastInsightAt(sql: Sql, since: Date): Promise<Date> {
  const [row] = await sql<{ last: Date | null }[]>`
    select max(created_at) as last from insights where created_at >= ${since}`
  return row?.last ?? since
}

/** Returns the current position (LSN) of the write-ahead log. */
export async function walPosition(sql: Sql): Promise<string> {
  const [row] = await sql<{ position: string }[]>`select pg_current_wal_insert_lsn()::text as position`
  if (row === undefined) throw new Error('pg_current_wal_insert_lsn() returned no row')
  return row.position
}

/** Returns the WAL written by the whole server, including checkpoints and vacuum. */
export async function walBytesSince(sql: Sql, position: string): Promise<number> {
  const [row] = await sql<{ bytes: number }[]>`
    select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), ${position}::pg_lsn)::float8 as bytes`
  return row?.bytes ?? 0
}
