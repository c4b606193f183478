import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import { DAY_MS, dayOf, facetsOf, hasFacets } from './facets.ts'
import { allOf, insightConditions, leadExists } from './filter-conditions.ts'
import { createFacetSearch, type Days, findRest } from './find-by-facets.ts'
import { createLazyTextSearch, type LazyTextSearch, type MatchesAmong } from './find-by-text.ts'
import { insightRanks, type Position, SAME_RANK, type Slice } from './order.ts'
import { following, startOf } from './positions.ts'
import { GROWTH, type Scan, type Step, takeSteps } from './scan.ts'
import { walkInsights } from './walk-insights.ts'

/*
 * Leads with an insight, in order. A page is first looked for by walking over the next insights and checking each: that
 * is fast for filters that select many. If its matches are too few to fill the page soon, the index of facets finds the
 * others, in windows of as many days as should hold them. Neither relies on the planner's estimates, and no step costs
 * more than some ten milliseconds.
 */

/**
 * @param after undefined for the first page
 * @param textSearch may be shared with other parts of the list
 */
export async function readOpen(
  scan: Scan,
  after: Position | undefined,
  textSearch = createLazyTextSearch(scan),
): Promise<Slice> {
  const { order, filter, limit } = scan
  const ranks = insightRanks(order, filter.priorities).filter((rank) => after === undefined || rank >= after.rank)
  const positions: Position[] = []
  for (const rank of ranks) {
    const start = after?.rank === rank ? after : startOf(order, filter, rank)
    const rest = { ...scan, limit: limit - positions.length }
    const slice = await takeSteps(rest, start, createSteps(rest, textSearch))
    positions.push(...slice.positions)
    if (slice.through !== undefined) return { positions, through: slice.through }
    if (slice.isEnd) break
  }
  return { positions, through: undefined }
}

const openAmong: MatchesAmong = ({ sql, order, filter, limit }, from, leadIds) => {
  const { condition, sort } = following(sql, order, from, filter, { at: sql`i.received_at`, id: sql`i.lead_id` })
  const conditions = [
    ...insightConditions(sql, filter),
    ...(from.rank === SAME_RANK ? [] : [sql`i.effective_priority = ${from.rank}`]),
    ...leadExists(sql, filter, sql`i.lead_id`),
    condition,
  ]
  return sql`
    select i.lead_id, i.received_at from (${leadIds}) found join insights i on i.lead_id = found.id
    where ${allOf(sql, conditions)} order by ${sort} limit ${limit}`
}

/** Returns a function that makes the next step: one of a walk, and after a number of rows one with another index. */
function createSteps(
  scan: Scan,
  textSearch: LazyTextSearch | undefined,
): (from: Position, limit: number) => Promise<Step> {
  const { firstRows, maxWalk, maxTextWalk, maxExpectedWalk, longestWalk } = scan.limits
  let rows = Math.min(firstRows * scan.limit, longestWalk)
  const walked = { rows: 0, matches: 0 }
  // the first step is left out: it may start centuries before the first insight
  const measured = { rows: 0, days: 0 }
  let search: ReturnType<typeof createFacetSearch> | undefined
  let areOthersTried = false

  const walk = async (from: Position) => {
    const step = await walkInsights(scan, from, rows)
    if (walked.rows > 0 && step.through !== undefined) {
      measured.rows += rows
      measured.days += Math.abs(step.through.receivedAt.getTime() - from.receivedAt.getTime()) / DAY_MS
    }
    walked.rows += rows
    walked.matches += step.matches.length
    rows = Math.min(rows * GROWTH, longestWalk)
    return step
  }
  const expectedRows = (matches: number) => (walked.rows / walked.matches) * matches
  const findByFacets = async (from: Position, limit: number) => {
    if (search === undefined) {
      const rest = walked.matches === 0 ? await findRest({ ...scan, limit }, from) : undefined
      if (rest !== undefined) return rest
      const days = walked.matches === 0 ? undefined : (expectedRows(limit) * measured.days) / Math.max(1, measured.rows)
      search = createFacetSearch(scan, facetsOf(scan.filter, from.rank), await findDays(scan), days)
    }
    return search(from, limit)
  }
  return async (from, limit) => {
    if (textSearch !== undefined) {
      const isWalkOver = walked.rows + rows > maxTextWalk
      // the text is looked for last if the other filters alone select few
      if (isWalkOver && !areOthersTried) {
        areOthersTried = true
        const rest = await findRest({ ...scan, limit }, from)
        if (rest !== undefined) return rest
      }
      return (await textSearch.step(from, limit, openAmong, isWalkOver)) ?? walk(from)
    }
    const isFruitful = walked.matches > 0 && expectedRows(limit) <= maxExpectedWalk
    const canFind = scan.filter.email === undefined && hasFacets(facetsOf(scan.filter, from.rank))
    if (walked.rows + rows <= maxWalk || isFruitful || !canFind) return walk(from)
    return (await findByFacets(from, limit)) ?? walk(from)
  }
}

/** The days of the created range that have insights. */
async function findDays({ sql, filter }: Scan): Promise<Days> {
  const [row] = await withQueryTimeout(sql<{ first: Date | null; last: Date | null }[]>`
    select min(received_at) as first, max(received_at) as last from insights`)
  const { first, last } = row ?? {}
  if (!first || !last) return { first: 0, last: -1 }
  const from = filter.createdAfter !== undefined && filter.createdAfter > first ? filter.createdAfter : first
  const to = filter.createdBefore !== undefined && filter.createdBefore < last ? filter.createdBefore : last
  return { first: dayOf(from), last: dayOf(to) }
}
