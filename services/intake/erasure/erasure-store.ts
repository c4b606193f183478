import type { AuditEvent } from '../../../lib/auth/audit-event.ts'
import { recordAuditEvent } from '../../../lib/auth/audit-event.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import type { LeadPosition } from '../retriage-store.ts'

/**
 * Selects the leads of a person. Email addresses are compared after Unicode normalization (NFKC) and without regard to
 * case, phone numbers by their digits without leading zeros (`subject_email` and `subject_phone` in db/migrations/013).
 */
export interface Subject {
  readonly by: 'email' | 'phone'
  readonly value: string
}

/** Every method throws AppError `unavailable` when PostgreSQL is unreachable or does not get its locks in time. */
export interface ErasureStore {
  /**
   * Deletes leads, blocks their keys, queues the erasure of what other owners have, and records the act, in one commit.
   * @returns the number of leads erased; ids of others are ignored
   */
  erase(leadIds: readonly string[], act: AuditEvent): Promise<number>
  wasErased(leadId: string): Promise<boolean>
  /**
   * Finds leads of a person among the next {@link FIND_STEP} leads in order of creation.
   * @returns their ids, and the last lead that was read; undefined when there are no more
   */
  find(
    subject: Subject,
    after: LeadPosition | undefined,
  ): Promise<{ leadIds: string[]; last: LeadPosition | undefined }>
}

/** Leads per statement: few enough to take well under a second. */
const FIND_STEP = 5_000
/** Leaves room for a busy database. */
const TIMEOUT_MS = 10_000
const NO_LEAD = '00000000-0000-0000-0000-000000000000'

export function createErasureStore(sql: Sql): ErasureStore {
  return {
    erase: async (leadIds, act) => {
      const [row] = await withQueryTimeout(eraseLeads(sql, leadIds, act), TIMEOUT_MS)
      return row?.leads ?? 0
    },
    wasErased: async (leadId) => {
      const rows = await withQueryTimeout(sql`select from erased_leads where lead_id = ${leadId}`)
      return rows.length > 0
    },
    find: async (subject, after) => {
      const [row] = await withQueryTimeout(find(sql, subject, after), TIMEOUT_MS)
      const last = row?.created_at && row.id ? { createdAt: row.created_at, id: row.id } : undefined
      return { leadIds: row?.lead_ids ?? [], last }
    },
  }
}

/**
 * One statement, and so one commit. The act is recorded, with the number of leads, only if a lead was erased: a
 * repetition is no act.
 */
export function eraseLeads(sql: Sql, leadIds: readonly string[], act: AuditEvent) {
  return sql<{ leads: number }[]>`
    with erased as materialized (
      select count(*)::int as leads from erase_leads(${[...leadIds]}::uuid[])
    ), audited as materialized (
      select ${recordAuditEvent(sql, 'intake', act, sql`jsonb_build_object('leads', leads)`)} from erased where leads > 0
    )
    select leads, (select count(*) from audited) from erased`
}

/** Reads the index (created_at, id). There is no index on the contact data, which every new lead would have to pay for. */
function find(sql: Sql, { by, value }: Subject, after: LeadPosition | undefined) {
  const isMatch =
    by === 'email'
      ? sql`email is not null and subject_email(email) = subject_email(${value})`
      : sql`phone is not null and subject_phone(phone) = subject_phone(${value})`
  return sql<{ lead_ids: string[] | null; created_at: Date | null; id: string | null }[]>`
    with seen as materialized (
      select id, created_at, ${isMatch} as is_match from leads
      where (created_at, id) > (coalesce(${after?.createdAt ?? null}::timestamptz, '-infinity'), ${after?.id ?? NO_LEAD}::uuid)
      order by created_at, id
      limit ${FIND_STEP}
    )
    select (select to_jsonb(array_agg(id)) from seen where is_match) as lead_ids, last.created_at, last.id
    from (select) as one left join (select * from seen order by created_at desc, id desc limit 1) as last on true`
}
