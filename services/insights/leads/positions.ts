import type { Sql, SqlFragment } from '../../../lib/postgres/connect.ts'
import type { InsightFilter } from './insight-filter.ts'
import { NIL_ID, Order, type Position, type Rank } from './order.ts'

/** After every lead. */
const END_OF_TIME = new Date('9999-12-31T00:00:00Z')

/** The position before the first lead of a rank that is in the created range of the filter. */
export function startOf(order: Order, { createdAfter, createdBefore }: InsightFilter, rank: Rank): Position {
  const receivedAt = order === Order.Newest ? (createdBefore ?? END_OF_TIME) : (createdAfter ?? new Date(0))
  return { rank, receivedAt, leadId: NIL_ID }
}

/**
 * What follows `from` within the created range: conditions on two columns, and how to sort by them.
 *
 * @param until the last position, if there is one
 */
export function following(
  sql: Sql,
  order: Order,
  from: Position,
  { createdAfter, createdBefore }: InsightFilter,
  { at, id }: { readonly at: SqlFragment; readonly id: SqlFragment },
  until?: Position,
): { readonly condition: SqlFragment; readonly sort: SqlFragment } {
  const place = ({ receivedAt, leadId }: Position) => sql`(${receivedAt}::timestamptz, ${leadId}::uuid)`
  if (order === Order.Newest) {
    const start = createdAfter === undefined ? sql`` : sql`and ${at} >= ${createdAfter}::timestamptz`
    const end = until === undefined ? sql`` : sql`and (${at}, ${id}) >= ${place(until)}`
    return { condition: sql`(${at}, ${id}) < ${place(from)} ${start} ${end}`, sort: sql`${at} desc, ${id} desc` }
  }
  const start = createdBefore === undefined ? sql`` : sql`and ${at} < ${createdBefore}::timestamptz`
  const end = until === undefined ? sql`` : sql`and (${at}, ${id}) <= ${place(until)}`
  return { condition: sql`(${at}, ${id}) > ${place(from)} ${start} ${end}`, sort: sql`${at}, ${id}` }
}
