import { AuditAction } from '../../../lib/auth/audit-event.ts'
import type { Log } from '../../../lib/log/log.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { eraseLeads } from './erasure-store.ts'

/** Leads per statement. New leads and insights wait while one runs, which takes some tens of milliseconds. */
const BATCH_SIZE = 500

/**
 * Erases leads that are older than the retention time, one batch per call, as `deleteLead` does. The audit log gets one
 * event per batch.
 *
 * @param days 0: leads are kept for ever
 * @returns erases a batch; resolves to whether another one may follow
 */
export function createRetention(days: number, log: Log): (sql: Sql) => Promise<boolean> {
  const act = {
    source: { actor: 'retention', address: null, requestId: null },
    action: AuditAction.LeadsErase,
    target: 'leads',
    details: { older_than_days: days },
  }
  return async (sql) => {
    if (days === 0) return false
    // an index scan that ends at the first lead to keep
    const expired = await sql<{ id: string }[]>`
      select id from leads where created_at < now() - make_interval(days => ${days})
      order by created_at, id limit ${BATCH_SIZE}`
    if (expired.length === 0) return false
    const ids = expired.map(({ id }) => id)
    const [row] = await eraseLeads(sql, ids, act)
    log.info({ leads: row?.leads ?? 0, retentionDays: days }, 'erased leads older than the retention time')
    return expired.length === BATCH_SIZE
  }
}
