import type { Sql } from 'postgres'
import { waitUntil } from '../../embedded/wait-until.ts'

const POLL_MS = 300
const QUERY_TIMEOUT_MS = 10_000

/**
 * Waits until each of these leads has an insight or a dead letter; resolves to the ids of those that have neither in
 * time.
 */
export async function untilSettled(
  { sql }: { readonly sql: Sql },
  ids: readonly string[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string[]> {
  let open = [...ids]
  const areSettled = async () => {
    if (open.length === 0) return true
    // PostgreSQL may be what was broken, and a query that was sent before may never be answered
    const late = new Promise<string[]>((resolve) => setTimeout(resolve, QUERY_TIMEOUT_MS, open).unref())
    open = await Promise.race([stillOpen(sql, open).catch(() => open), late])
    return open.length === 0 || undefined
  }
  await waitUntil(areSettled, { timeoutMs, intervalMs: POLL_MS, signal })
  return open
}

async function stillOpen(sql: Sql, ids: string[]): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select t.id from unnest(${ids}::uuid[]) as t (id)
    where not exists (select from insights i where i.lead_id = t.id)
      and not exists (select from dead_letters d where d.lead_id = t.id and d.retry_at is null)`
  return rows.map(({ id }) => id)
}

/** The ids of all leads that are stored. */
export async function storedIds({ sql }: { readonly sql: Sql }): Promise<string[]> {
  return (await sql<{ id: string }[]>`select id from leads`).map(({ id }) => id)
}
