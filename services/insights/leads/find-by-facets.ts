import type { SqlFragment } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import { dayFacets, dayOf, type FacetQuery, facetConditions, facetsOf, hasFacets, startOfDay } from './facets.ts'
import { allOf, insightConditions, leadExists } from './filter-conditions.ts'
import { NIL_ID, Order, type Position, type Rank, SAME_RANK } from './order.ts'
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
 * @param firstLength of the first window, in days; by default guessed. Later ones grow, and shrink where there are too
 *   many matches
 * @returns undefined if a single day has too many matches to read, which a walk finds faster
 */
export function createFacetSearch(
  scan: Scan,
  facets: FacetQuery,
  days: Days,
  firstLength?: number,
): (from: Position, limit: number) => Promise<Step | undefined> {
  const isDescending = scan.order === Order.Newest
  const insights = scan.frequencies.insightsWith(facets)
  const count = days.last - days.first + 1
  const longest = longestWindow(scan, insights / count)
  const guess = (count * 2 * scan.limit) / scan.frequencies.expectedMatches(facets)
  let length = Math.min(Math.max(1, Math.ceil(firstLength ?? guess)), longest)
  let isRestTooLarge = insights > scan.limits.maxScan
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
      const isRest = left <= longest ? length >= left : length > longest && !isRestTooLarge
      const window = Math.min(length, left, longest)
      const [first, last] = isDescending ? [day - window + 1, day] : [day, day + window - 1]
      const limited =
        isRest && left > longest ? facets : { ...facets, anyOf: [...facets.anyOf, dayFacets(first, last)] }
      const found = await find({ ...scan, limit }, limited, ofRank(scan, from))
      if (found.total <= scan.limits.maxMatches) {
        length *= GROWTH
        if (found.positions.length === limit) return { matches: found.positions, through: found.positions.at(-1) }
        const end = isDescending ? startOfDay(first) : startOfDay(last + 1)
        return { matches: found.positions, through: isRest ? undefined : { ...from, receivedAt: end, leadId: NIL_ID } }
      }
      if (isRest && left > longest) isRestTooLarge = true
      else if (window === 1) return undefined
      length = Math.max(1, Math.floor(window / GROWTH))
    }
  }
}

/** In days, so that the index need not look through too many insights. */
function longestWindow({ limits }: Scan, insightsPerDay: number): number {
  return Math.max(1, Math.min(MAX_DAYS, Math.floor(limits.maxScan / insightsPerDay)))
}

/**
 * Finds all matches that follow, also those of later ranks.
 *
 * @returns undefined if there are too many, or if the filter has no facets
 */
export async function findRest(scan: Scan, from: Position): Promise<Step | undefined> {
  const facets = facetsOf(scan.filter, SAME_RANK)
  const { frequencies, limits } = scan
  if (!hasFacets(facets) || frequencies.insightsWith(facets) > limits.maxScan) return undefined
  if (frequencies.expectedMatches(facets) > limits.maxMatches / 2) return undefined
  const { positions, total } = await find(scan, facets, ofAnyRank(scan, from))
  if (total > limits.maxMatches) return undefined
  if (positions.length === scan.limit) return { matches: positions, through: positions.at(-1) }
  return { matches: positions, through: undefined, isEnd: true }
}

/** The insights of a rank that follow a position. */
function ofRank({ sql, order, filter }: Scan, from: Position): SqlFragment {
  const { condition } = following(sql, order, from, filter, { at: sql`i.received_at`, id: sql`i.lead_id` })
  return from.rank === SAME_RANK ? condition : sql`${condition} and i.effective_priority = ${from.rank}`
}

/** The insights that follow a position, of its rank and of later ones. */
function ofAnyRank(scan: Scan, from: Position): SqlFragment {
  const { sql, order, filter } = scan
  if (order !== Order.Urgency) return ofRank(scan, from)
  return allOf(sql, [
    sql`(i.effective_priority, i.received_at, i.lead_id) > (${from.rank}::text, ${from.receivedAt}::timestamptz, ${from.leadId}::uuid)`,
    ...(filter.createdAfter === undefined ? [] : [sql`i.received_at >= ${filter.createdAfter}::timestamptz`]),
    ...(filter.createdBefore === undefined ? [] : [sql`i.received_at < ${filter.createdBefore}::timestamptz`]),
  ])
}

const SORTS = {
  [Order.Urgency]: 'rank, received_at, lead_id',
  [Order.Newest]: 'received_at desc, lead_id desc',
  [Order.Oldest]: 'received_at, lead_id',
}

/**
 * The facets are a query of its own (`offset 0`): else the planner also scans all of a priority or of a time by index.
 *
 * @returns the first matches, and how many there are in total, whether or not they have the text of the filter
 */
async function find({ sql, order, filter, limit, limits }: Scan, facets: FacetQuery, place: SqlFragment) {
  const rank = order === Order.Urgency ? sql`i.effective_priority` : sql`${SAME_RANK}::text`
  const rows = await withQueryTimeout(sql<{ total: number; rank: Rank | null; lead_id: string; received_at: Date }[]>`
    with found as materialized (
      select ${rank} as rank, i.lead_id, i.received_at
      from (select * from insights i where ${allOf(sql, facetConditions(sql, facets))} offset 0) i
      where ${allOf(sql, [...insightConditions(sql, filter), place])}
      limit ${limits.maxMatches + 1}
    ), matches as (
      select * from found where ${allOf(sql, leadExists(sql, filter, sql`found.lead_id`))}
      order by ${sql.unsafe(SORTS[order])} limit ${limit}
    )
    select total, matches.* from (select count(*) as total from found) as counted left join matches on true
    order by ${sql.unsafe(SORTS[order])}`)
  const positions = rows.flatMap(({ rank, lead_id: leadId, received_at: receivedAt }) =>
    rank === null ? [] : [{ rank, receivedAt, leadId }],
  )
  return { positions, total: rows[0]?.total ?? 0 }
}
