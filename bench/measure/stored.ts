import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from 'postgres'

/** By the database's own clock and count: what the load generator believes does not matter. */
export interface StoredRates {
  readonly acceptedPerSecond: number
  readonly triagedPerSecond: number
  /** Leads that had no insight yet when the load ended. */
  readonly backlog: number
  /** How long it took until all of them had one. */
  readonly drainSeconds: number
}

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
const FOR_EVER = new Date('2999-01-01T00:00:00Z')

/** Waits until every lead that was stored since has an insight. */
export async function untilTriaged(
  sql: Sql,
  since: Date,
  signal: AbortSignal,
): Promise<{ backlog: number; drainSeconds: number }> {
  const startedAt = performance.now()
  const first = await openLeads(sql, since)
  let open = first
  while (open > 0) {
    if (performance.now() - startedAt > DRAIN_WITHIN_MS) throw new Error(`${open} leads were never triaged`)
    await sleep(POLL_MS, undefined, { signal })
    open = await openLeads(sql, since)
  }
  return { backlog: first, drainSeconds: (performance.now() - startedAt) / 1_000 }
}

async function openLeads(sql: Sql, since: Date): Promise<number> {
  const { leads, insights } = await countStored(sql, since, FOR_EVER)
  return leads - insights
}
