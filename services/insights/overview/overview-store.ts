import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import type { LeadInsight } from '../leads/lead-insight.ts'
import { readLeadInsights } from '../leads/read-lead-insights.ts'

/** The dead letter of a lead, also if the lead has an insight of an earlier generation. */
export interface FailedTriage {
  /** `failed` or `delivery_limit`. */
  readonly reason: string
  readonly generation: number
  readonly failedAt: Date
}

/** Every method throws AppError `unavailable` when PostgreSQL is unreachable. */
export interface OverviewStore {
  /** Undefined if the lead does not exist. */
  readLead(leadId: string): Promise<LeadInsight | undefined>
  findDeadLetter(leadId: string): Promise<FailedTriage | undefined>
  /** Other leads with the same email address or phone number, newest first. */
  listRelated(leadId: string, limit: number): Promise<LeadInsight[]>
}

export function createOverviewStore(sql: Sql): OverviewStore {
  return {
    readLead: async (leadId) => (await withQueryTimeout(readLeadInsights(sql, [leadId])))[0],
    findDeadLetter: async (leadId) => {
      const [row] = await withQueryTimeout(sql<{ reason: string; generation: number; last_failed_at: Date }[]>`
        select reason, generation, last_failed_at from failed_leads where lead_id = ${leadId}`)
      return row && { reason: row.reason, generation: row.generation, failedAt: row.last_failed_at }
    },
    listRelated: async (leadId, limit) => {
      const rows = await withQueryTimeout(findRelated(sql, leadId, limit))
      return rows.length === 0
        ? []
        : withQueryTimeout(
            readLeadInsights(
              sql,
              rows.map((row) => row.lead_id),
            ),
          )
    },
  }
}

/**
 * Reads the ends of two ranges, of `leads_by_email` and `leads_by_phone`, however many leads a person has. A phone
 * number without digits matches none.
 */
function findRelated(sql: Sql, leadId: string, limit: number) {
  return sql<{ lead_id: string }[]>`
    with one as (select email, phone from lead_details where lead_id = ${leadId})
    select lead_id from (
      select same.* from one, lateral (
        select l.lead_id, l.created_at from lead_details l
        where l.email is not null and subject_email(l.email) = subject_email(one.email)
        order by l.created_at desc, l.lead_id desc
        limit ${limit + 1}
      ) same
      union
      select same.* from one, lateral (
        select l.lead_id, l.created_at from lead_details l
        where l.phone is not null and subject_phone(l.phone) = nullif(subject_phone(one.phone), '')
        order by l.created_at desc, l.lead_id desc
        limit ${limit + 1}
      ) same
    ) found
    where lead_id <> ${leadId}
    order by created_at desc, lead_id desc
    limit ${limit}`
}
