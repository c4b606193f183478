import type { InsightRecord } from '../../../contract/insight-record.ts'
import { insightColumns, toInsight } from '../../../contract/insight-record.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import type { LeadInsight } from './lead-insight.ts'
import { LeadState } from './lead-insight.ts'

interface LeadRecord {
  requested_id: string
  client_id: string
  email: string | null
  phone: string | null
  name: string | null
  note: string
  source: string | null
  received_at: Date
  failure: string | null
}

/** A row with {@link leadColumns}, and {@link insightColumns} if there is an insight. */
export type LeadInsightRecord = LeadRecord & (InsightRecord | { id: null })

/** The columns of lead_details `l` in a {@link LeadInsightRecord}, for a select list. */
export function leadColumns(sql: Sql) {
  return sql`l.client_id, l.email, l.phone, l.name, l.note, l.source, l.created_at as received_at`
}

/**
 * Reads leads with their insights and states by primary keys. Leads that do not exist, for example because they were
 * erased meanwhile, are left out; the order of the others is that of the ids.
 */
export async function readLeadInsights(sql: Sql, leadIds: readonly string[]): Promise<LeadInsight[]> {
  const rows = await sql<LeadInsightRecord[]>`
    select requested_id, ${leadColumns(sql)}, failed.reason as failure, i.*
    from unnest(${[...leadIds]}::uuid[]) with ordinality as t (requested_id, place)
    join lead_details l on l.lead_id = requested_id
    left join lateral (select ${insightColumns(sql)} from insights where lead_id = requested_id) i on true
    left join lateral (
      select f.reason from failed_leads f where i.id is null and f.lead_id = requested_id limit 1
    ) failed on true
    order by place`
  return rows.map(toLeadInsight)
}

export function toLeadInsight(row: LeadInsightRecord): LeadInsight {
  const { requested_id: id, email, phone, name, note, source, received_at: createdAt } = row
  const insight = row.id === null ? undefined : toInsight(row)
  return {
    lead: { id, email, phone, name, note, source, createdAt },
    clientId: row.client_id,
    state: stateOf(insight !== undefined, row.failure),
    insight,
    deadLetterReason: row.failure ?? undefined,
  }
}

function stateOf(hasInsight: boolean, failure: string | null): LeadState {
  if (hasInsight) return LeadState.Open
  return failure === null ? LeadState.Pending : LeadState.DeadLettered
}
