import type { Sql, SqlFragment } from '../lib/postgres/connect.ts'

/*
 * Keeps erased leads from coming back. Invariants:
 *  1. Every statement that stores something for a lead passes the gate and excludes erased leads.
 *  2. An erasure holds the gate from before it deletes until its commit (erase_leads in db/migrations/013). PostgreSQL
 *     takes the snapshot of a statement after the locks of its tables. So a statement either commits before the erasure
 *     begins, and what it stored is deleted, or it sees the tombstone and stores nothing.
 */

/**
 * A data-modifying `with` query that takes the lock of the gate until the commit and changes nothing. The lock
 * conflicts with erasures only.
 */
export function passGate(sql: Sql): SqlFragment {
  return sql`passed as (delete from erasure_gate where false)`
}

/** Whether a lead was erased. Reads a unique index. */
export function isErased(sql: Sql, leadId: SqlFragment): SqlFragment {
  return sql`exists (select from erased_lead_ids e where e.lead_id = ${leadId})`
}
