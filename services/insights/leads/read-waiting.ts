import type { SqlFragment } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import { allOf, leadExists, waitingConditions } from './filter-conditions.ts'
import { LeadState } from './lead-insight.ts'
import { type Position, type Slice, waitingRank } from './order.ts'
import { following, startOf } from './positions.ts'
import type { Scan } from './scan.ts'

/**
 * Leads without an insight, in order: those that wait for triage, and those that triage failed on. There are few, and
 * settled leads are in neither view, so the statement reads all of them. It is one statement for both, because a lead
 * may fail between two.
 *
 * @param after undefined for the first page
 */
export async function readWaiting(
  scan: Scan,
  states: readonly LeadState[],
  after: Position | undefined,
): Promise<Slice> {
  const { sql, order, filter, limit } = scan
  const rank = waitingRank(order)
  const from = after?.rank === rank ? after : startOf(order, filter, rank)
  const { condition, sort } = following(sql, order, from, filter, { at: sql`w.created_at`, id: sql`w.lead_id` })
  const conditions = [...waitingConditions(sql, filter), ...leadExists(sql, filter, sql`w.lead_id`), condition]
  const rows = await withQueryTimeout(sql<{ lead_id: string; created_at: Date }[]>`
    select w.lead_id, w.created_at from (${leadsIn(scan, states)}) w
    where ${allOf(sql, conditions)}
    order by ${sort}
    limit ${limit}`)
  const positions = rows.map((row) => ({ rank, receivedAt: row.created_at, leadId: row.lead_id }))
  return { positions, through: positions.length < limit ? undefined : positions.at(-1) }
}

function leadsIn({ sql }: Scan, states: readonly LeadState[]): SqlFragment {
  const pending = sql`select lead_id, client_id, source, created_at from pending_leads`
  const deadLettered = sql`
    select l.lead_id, l.client_id, l.source, l.created_at
    from failed_leads f join lead_details l on l.lead_id = f.lead_id
    where not exists (select from insights i where i.lead_id = f.lead_id)`
  if (!states.includes(LeadState.DeadLettered)) return pending
  return states.includes(LeadState.Pending) ? sql`${pending} union all ${deadLettered}` : deadLettered
}
