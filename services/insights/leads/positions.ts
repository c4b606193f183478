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

/** What follows `from` within the created range: conditions on two columns, and how to sort by them. */
export function following(
  sql: Sql,
  order: Order,
  from: Position,
  { createdAfter, createdBefore }: InsightFilter,
  columns: { readonly at: SqlFragment; readonly id: SqlFragment },
): { readonly condition: SqlFragment; readonly sort: SqlFragment } {
  const { at, id } = columns
  const position = sql`(${from.receivedAt}::timestamptz, ${from.leadId}::uuid)`
  if (order === Order.Newest) {
    const end = createdAfter === undefined ? sql`` : sql`and ${at} >= ${createdAfter}::timestamptz`
    return { condition: sql`(${at}, ${id}) < ${position} ${end}`, sort: sql`${at} desc, ${id} desc` }
  }
  const end = createdBefore === undefined ? sql`` : sql`and ${at} < ${createdBefore}::timestamptz`
  return { condition: sql`(${at}, ${id}) > ${position} ${end}`, sort: sql`${at}, ${id}` }
}
