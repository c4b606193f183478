import { setTimeout as sleep } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import type { Stack } from './stack.ts'

const POLL_MS = 300
const QUERY_TIMEOUT_MS = 10_000

/** Waits until each of these leads has an insight or a dead letter; resolves to the ids of those that have not in time. */
export async function untilSettled(
  { sql }: Pick<Stack, 'sql'>,
  ids: readonly string[],
  withinMs: number,
  signal: AbortSignal,
): Promise<string[]> {
  const deadline = performance.now() + withinMs
  let open = [...ids]
  while (open.length > 0 && performance.now() < deadline) {
    signal.throwIfAborted()
    // the database may be what was broken, and an answer from before its death may never come
    const late = new Promise<string[]>((resolve) => setTimeout(resolve, QUERY_TIMEOUT_MS, open).unref())
    open = await Promise.race([stillOpen(sql, open).catch(() => open), late])
    if (open.length > 0) await sleep(POLL_MS)
  }
  return open
}

async function stillOpen(sql: Stack['sql'], ids: string[]): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select t.id from unnest(${ids}::uuid[]) as t (id)
    where not exists (select from insights i where i.lead_id = t.id)
      and not exists (select from dead_letters d where d.lead_id = t.id and d.retry_at is null)`
  return rows.map(({ id }) => id)
}

/** The ids of all leads that are stored. */
export async function storedIds({ sql }: Pick<Stack, 'sql'>): Promise<string[]> {
  return (await sql<{ id: string }[]>`select id from leads`).map(({ id }) => id)
}

const EMPTY_WITHIN_MS = 45_000

/**
 * Waits until the stream has no message left: of a settled lead one may still come again, but a worker that never lets go
 * of one has lost a place for others. Resolves to how many are left when the time is over.
 */
export async function untilStreamEmpty(
  { nats, names }: Pick<Stack, 'nats' | 'names'>,
  signal: AbortSignal,
): Promise<number> {
  const deadline = performance.now() + EMPTY_WITHIN_MS
  const manager = await jetstreamManager(nats, { checkAPI: false, timeout: 2_000 })
  for (let left = Number.NaN; ; ) {
    signal.throwIfAborted()
    const info = await manager.streams.info(names.leadsStream).catch(() => undefined)
    left = info?.state.messages ?? left
    if (left === 0 || performance.now() > deadline) return left
    await sleep(POLL_MS)
  }
}
