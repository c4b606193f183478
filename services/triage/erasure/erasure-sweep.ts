import type { MessageEraser } from '../../../lib/jetstream/erase-messages.ts'
import type { JetStreamNames } from '../../../lib/jetstream/names.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import { eraseMessagesOf } from './unless-erased.ts'

/*
 * Erases what triage has of erased leads. Invariants:
 *  1. Nothing is stored for a lead once it is erased (contract/erased-leads.ts), so deleting its rows once is enough.
 *  2. An erasure is closed after everything is erased. A process that dies before leaves it to the next one, when its
 *     lease has expired.
 *  3. An event that is published later is erased by the worker that published it (unless-erased.ts).
 */

/** Leads per call, and how many of them are erased from the streams at once. */
const BATCH_SIZE = 200
const CONCURRENCY = 25
const LEASE_SECONDS = 10

/** @returns erases a batch of leads; resolves to whether another batch may follow. Any process may call it */
export function createErasureSweep(sql: Sql, eraser: MessageEraser, names: JetStreamNames): () => Promise<boolean> {
  return async () => {
    const leadIds = await lease(sql)
    if (leadIds.length === 0) return false
    await withQueryTimeout(deleteRows(sql, leadIds)) // 1
    for (let from = 0; from < leadIds.length; from += CONCURRENCY) {
      await Promise.all(leadIds.slice(from, from + CONCURRENCY).map((id) => eraseMessagesOf({ eraser, names }, id)))
    }
    await withQueryTimeout(sql`delete from triage_erasures where lead_id = any(${leadIds}::uuid[])`) // 2
    return leadIds.length === BATCH_SIZE
  }
}

async function lease(sql: Sql): Promise<string[]> {
  const rows = await withQueryTimeout(sql<{ lead_id: string }[]>`
    update triage_erasures set leased_until = now() + make_interval(secs => ${LEASE_SECONDS})
    where lead_id in (
      select lead_id from triage_erasures
      where coalesce(leased_until, '-infinity') < now()
      order by lead_id
      limit ${BATCH_SIZE}
      for update skip locked
    )
    returning lead_id`)
  return rows.map((row) => row.lead_id)
}

/** The answers of a model are insights, so they are gone as well. */
function deleteRows(sql: Sql, leadIds: readonly string[]) {
  const ids = sql`any(${[...leadIds]}::uuid[])`
  return sql`
    with letters as (delete from dead_letters where lead_id = ${ids}),
    attempts as (delete from delivery_attempts where lead_id = ${ids})
    delete from insights where lead_id = ${ids}`
}
