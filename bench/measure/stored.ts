import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from 'postgres'

/* By the database's own clock and count: what the load generator believes does not matter. */

export async function databaseTime(sql: Sql): Promise<Date> {
  const [row] = await sql<{ now: Date }[]>`select clock_timestamp() as now`
  if (row === undefined) throw new Error('PostgreSQL has no time')
  return row.now
}

/** How many leads and insights were stored within a span. Rows carry the time at which their transaction began. */
export async function countStored(sql: Sql, from: Date, to: Date): Promise<{ leads: number; insights: number }> {
  const [row] = await sql<{ leads: number; insights: number }[]>`
    select (select count(*)::int from leads where created_at >= ${from} and created_at < ${to}) as leads,
           (select count(*)::int from insights where created_at >= ${from} and created_at < ${to}) as insights`
  return row ?? { leads: 0, insights: 0 }
}

const DRAIN_WITHIN_MS = 120_000
const POLL_MS = 100

/**
 * Waits until every lead that was stored since has an insight. Asks for the newest lead's alone while there is work: the
 * mailbox is worked off in order, and looking at all of them ten times a second took more of PostgreSQL's CPU than storing
 * them.
 */
export async function untilTriaged(sql: Sql, since: Date, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + DRAIN_WITHIN_MS
  while ((await isNewestOpen(sql, since)) || (await someAreOpen(sql, since))) {
    if (performance.now() > deadline) throw new Error('there are leads that were never triaged')
    await sleep(POLL_MS, undefined, { signal })
  }
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

/** When the last insight was stored; the given time when there is none since. */
export async function lastInsightAt(sql: Sql, since: Date): Promise<Date> {
  const [row] = await sql<{ last: Date | null }[]>`
    select max(created_at) as last from insights where created_at >= ${since}`
  return row?.last ?? since
}

/** How far the write-ahead log has come. */
export async function walPosition(sql: Sql): Promise<string> {
  const [row] = await sql<{ position: string }[]>`select pg_current_wal_insert_lsn()::text as position`
  if (row === undefined) throw new Error('PostgreSQL has no write-ahead log')
  return row.position
}

/** Of everything on the server, checkpoints and vacuum included. */
export async function walBytesSince(sql: Sql, position: string): Promise<number> {
  const [row] = await sql<{ bytes: number }[]>`
    select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), ${position}::pg_lsn)::float8 as bytes`
  return row?.bytes ?? 0
}
