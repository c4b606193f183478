import type { SqlFragment } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import { allOf, insightConditions, leadConditions, leadExists } from './filter-conditions.ts'
import { Order, type Position, SAME_RANK } from './order.ts'
import { following } from './positions.ts'
import type { Scan, Step } from './scan.ts'

interface WalkedRow {
  lead_id: string
  received_at: Date
  matches: boolean
  is_last: boolean
}

/**
 * Reads the next `rows` insights of a rank in order, whether they match or not, so the cost does not depend on the
 * filter. Uses insights_by_time or insights_by_urgency; for an email address, leads_by_email.
 */
export async function walkInsights(scan: Scan, from: Position, rows: number): Promise<Step> {
  const { sql } = scan
  const walked = await withQueryTimeout(sql<WalkedRow[]>`
    with walked as materialized (${scan.filter.email === undefined ? byOrder(scan, from, rows) : byEmail(scan, from, rows)})
    select lead_id, received_at, matches, place = ${rows} as is_last from walked where matches or place = ${rows}
    order by place`)
  const positionOf = (row: WalkedRow) => ({ rank: from.rank, receivedAt: row.received_at, leadId: row.lead_id })
  const last = walked.at(-1)
  return {
    matches: walked.filter(({ matches }) => matches).map(positionOf),
    through: last?.is_last ? positionOf(last) : undefined,
  }
}

function byOrder({ sql, order, filter }: Scan, from: Position, rows: number): SqlFragment {
  return sql`
    select lead_id, received_at, ${allOf(sql, [...insightConditions(sql, filter), ...leadExists(sql, filter, sql`i.lead_id`)])} as matches,
           row_number() over () as place
    from (select * from insights where ${ofRank({ sql, order, filter }, from)} limit ${rows}) i`
}

/**
 * The rows of a rank after a position, sorted. With an equality on the priority the planner would sort by time alone,
 * and might walk over the other priorities in insights_by_time.
 */
function ofRank({ sql, order, filter }: Pick<Scan, 'sql' | 'order' | 'filter'>, from: Position): SqlFragment {
  const { condition, sort } = following(sql, order, from, filter, { at: sql`received_at`, id: sql`lead_id` })
  if (order !== Order.Urgency) return sql`${condition} order by ${sort}`
  return sql`
    (effective_priority, received_at, lead_id) > (${from.rank}::text, ${from.receivedAt}::timestamptz, ${from.leadId}::uuid)
    and effective_priority <= ${from.rank} and ${condition}
    order by effective_priority, received_at, lead_id`
}

function byEmail({ sql, order, filter }: Scan, from: Position, rows: number): SqlFragment {
  const columns = { at: sql`created_at`, id: sql`lead_id` }
  const { condition, sort } = following(sql, order, from, filter, columns)
  const conditions = [
    ...insightConditions(sql, filter),
    ...(from.rank === SAME_RANK ? [] : [sql`i.effective_priority = ${from.rank}`]),
    ...leadConditions(sql, { ...filter, email: undefined }),
  ]
  return sql`
    select l.lead_id, l.created_at as received_at, coalesce((
             select ${allOf(sql, conditions)} from insights i where i.lead_id = l.lead_id
           ), false) as matches, row_number() over () as place
    from (
      select * from lead_details l where ${allOf(sql, leadConditions(sql, { ...filter, text: undefined }))} and ${condition}
      order by ${sort}
      limit ${rows}
    ) l`
}
