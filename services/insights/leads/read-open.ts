import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import { DAY_MS, dayOf, facetsOf, hasFacets } from './facets.ts'
import { createFacetSearch, type Days, findRest } from './find-by-facets.ts'
import { createTextSearch, type TextSearch } from './find-by-text.ts'
import { insightRanks, type Position, type Slice } from './order.ts'
import { startOf } from './positions.ts'
import { GROWTH, type Scan, type Step, takeSteps } from './scan.ts'
import { walkInsights } from './walk-insights.ts'

/*
 * Leads with an insight, in order. A page is first looked for by walking over the next insights and checking each: that
 * is fast for filters that select many. If its matches are too few to fill the page soon, the index of facets finds the
 * others, in windows of as many days as should hold them. Neither relies on the planner's estimates, and no step costs
 * more than some ten milliseconds.
 */

/** @param after undefined for the first page */
export async function readOpen(scan: Scan, after: Position | undefined): Promise<Slice> {
  const { order, filter, limit } = scan
  const ranks = insightRanks(order, filter.priorities).filter((rank) => after === undefined || rank >= after.rank)
  const findText = createLazyTextSearch(scan)
  const positions: Position[] = []
  for (const rank of ranks) {
    const start = after?.rank === rank ? after : startOf(order, filter, rank)
    const rest = { ...scan, limit: limit - positions.length }
    const slice = await takeSteps(rest, start, createSteps(rest, findText))
    positions.push(...slice.positions)
    if (slice.through !== undefined) return { positions, through: slice.through }
    if (slice.isEnd) break
  }
  return { positions, through: undefined }
}

/** Makes a step if the filter has a text and its index is useful at this position. */
type FindText = ((from: Position, limit: number, isWalkOver: boolean) => Promise<Step | undefined>) | undefined

function createLazyTextSearch(scan: Scan): FindText {
  const { text, email } = scan.filter
  if (text === undefined || email !== undefined) return undefined
  let search: TextSearch | undefined
  return async (from, limit, isWalkOver) => {
    if (!isWalkOver && search?.isComplete() !== true) return undefined
    search ??= await createTextSearch(scan, text)
    return search.step(from, limit)
  }
}

/** Returns a function that makes the next step: one of a walk, and after a number of rows one with another index. */
function createSteps(scan: Scan, findText: FindText): (from: Position, limit: number) => Promise<Step> {
  const { firstRows, maxWalk, maxTextWalk, maxExpectedWalk, longestWalk } = scan.limits
  let rows = Math.min(firstRows * scan.limit, longestWalk)
  const walked = { rows: 0, matches: 0 }
  // the first step is left out: it may start centuries before the first insight
  const measured = { rows: 0, days: 0 }
  let search: ReturnType<typeof createFacetSearch> | undefined

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
    if (findText !== undefined) return (await findText(from, limit, walked.rows + rows > maxTextWalk)) ?? walk(from)
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
