import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import { dayFacets, dayOf, type FacetQuery, facetConditions, startOfDay } from './facets.ts'
import { allOf, insightConditions, leadExists } from './filter-conditions.ts'
import { NIL_ID, Order, type Position, SAME_RANK } from './order.ts'
import { following } from './positions.ts'
import type { Scan, Step } from './scan.ts'

/** A longer window is not limited by its days, but by the position only. */
const MAX_DAYS = 64
const GROWTH = 8

/** First and last day with insights. */
export interface Days {
  readonly first: number
  readonly last: number
}

/**
 * Finds matches with the index of facets, in windows of days that follow the order: rows are read for matches within
 * the window only, however many there are in total.
 *
 * @returns undefined if a single day has too many matches to read, which a walk finds faster
 */
export function createFacetSearch(
  scan: Scan,
  facets: FacetQuery,
  days: Days,
): (from: Position, limit: number) => Promise<Step | undefined> {
  const isDescending = scan.order === Order.Newest
  let length = 1
  let isRestTooLarge = false
  const firstDay = ({ receivedAt, leadId }: Position) => {
    if (!isDescending) return Math.max(dayOf(receivedAt), days.first)
    // nothing of the same millisecond comes after the nil UUID, so the day before follows the start of a day
    return Math.min(dayOf(leadId === NIL_ID ? new Date(receivedAt.getTime() - 1) : receivedAt), days.last)
  }

  return async (from, limit) => {
    const day = firstDay(from)
    const left = isDescending ? day - days.first + 1 : days.last - day + 1
    if (left <= 0) return { matches: [], through: undefined }
    for (;;) {
      const isRest = left <= MAX_DAYS ? length >= left : length > MAX_DAYS && !isRestTooLarge
      const window = Math.min(length, left, MAX_DAYS)
      const [first, last] = isDescending ? [day - window + 1, day] : [day, day + window - 1]
      const limited =
        isRest && left > MAX_DAYS ? facets : { ...facets, anyOf: [...facets.anyOf, dayFacets(first, last)] }
      const found = await find({ ...scan, limit }, limited, from)
      if (found.total <= scan.limits.maxMatches) {
        length *= GROWTH
        if (found.positions.length === limit) return { matches: found.positions, through: found.positions.at(-1) }
        const end = isDescending ? startOfDay(first) : startOfDay(last + 1)
        return { matches: found.positions, through: isRest ? undefined : { ...from, receivedAt: end, leadId: NIL_ID } }
      }
      if (isRest && left > MAX_DAYS) isRestTooLarge = true
      else if (window === 1) return undefined
      length = Math.max(1, Math.floor(window / GROWTH))
    }
  }
}

interface FoundRow {
  lead_id: string
  received_at: Date
  total: number
}

async function find({ sql, order, filter, limit, limits }: Scan, facets: FacetQuery, from: Position) {
  const { condition } = following(sql, order, from, filter, { at: sql`i.received_at`, id: sql`i.lead_id` })
  const conditions = [
    ...facetConditions(sql, facets),
    ...(from.rank === SAME_RANK ? [] : [sql`i.effective_priority = ${from.rank}`]),
    ...insightConditions(sql, filter),
    ...leadExists(sql, filter, sql`i.lead_id`),
    condition,
  ]
  const rows = await withQueryTimeout(sql<FoundRow[]>`
    with found as materialized (
      select i.lead_id, i.received_at from insights i where ${allOf(sql, conditions)} limit ${limits.maxMatches + 1}
    )
    select lead_id, received_at, (select count(*) from found) as total from found
    order by ${order === Order.Newest ? sql`received_at desc, lead_id desc` : sql`received_at, lead_id`}
    limit ${limit}`)
  const positions = rows.map((row) => ({ rank: from.rank, receivedAt: row.received_at, leadId: row.lead_id }))
  return { positions, total: rows[0]?.total ?? 0 }
}
