import type { SqlFragment } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import type { Candidates, SearchIndex } from '../search/search-index.ts'
import { containsTerm, textBytes } from '../search/searched-text.ts'
import { allOf, insightConditions, leadExists } from './filter-conditions.ts'
import { comparePositions, Order, type Position, SAME_RANK } from './order.ts'
import { following } from './positions.ts'
import type { Scan, Step } from './scan.ts'

/** Segments of the first step; each next step has four times as many. */
const FIRST_SEGMENTS = 8
const GROWTH = 4
/** Candidates whose text is read in one step, unless a single segment has more. */
const MAX_CANDIDATES = 1_000
/** Newest leads, in no segment yet, that are read at once. There are more only while the index is being built. */
const MAX_UNINDEXED = 40_000

export interface TextSearch {
  /** @returns undefined if a walk from this position is better: among newest leads that are many, or that often match */
  step(from: Position, limit: number): Promise<Step | undefined>
  /** Whether all candidates are known, so that another step costs little. */
  isComplete(): boolean
}

/**
 * Finds leads that contain a term, in the order of the scan. Segments follow the time, so the first ones usually have
 * enough matches for a page. What is found for one rank is kept for the next ones.
 */
export async function createTextSearch(scan: Scan, index: SearchIndex, term: string): Promise<TextSearch> {
  const isDescending = scan.order === Order.Newest
  const [segments, trigrams] = [await index.segments(), await index.trigramsOfTerm(term)]
  const known = new Map<number, Candidates>()
  let newest: string[] | 'too many' | undefined
  let group = FIRST_SEGMENTS

  const ends = segments.map(({ until }): Position => ({ rank: SAME_RANK, receivedAt: until.at, leadId: until.id }))
  const end = ends.at(-1)
  /** Negative if a lead comes before, or is, the last one of a segment. */
  const compare = (from: Position, until: Position) => {
    const time = comparePositions(Order.Oldest, { ...from, rank: SAME_RANK }, isDescending ? justAfter(until) : until)
    return isDescending ? time : time < 0 ? time : 1
  }

  const amongNewest = async (from: Position, limit: number): Promise<Step | undefined> => {
    newest ??= await findNewest(scan, end, term)
    if (newest === 'too many') return undefined
    const { matches } = await verify({ ...scan, limit }, from, scan.sql`select unnest(${newest}::uuid[]) as id`, [])
    if (matches.length === limit) return { matches, through: matches.at(-1) }
    return { matches, through: isDescending && end !== undefined ? justAfter({ ...end, rank: from.rank }) : undefined }
  }

  const inSegments = async (from: Position, limit: number): Promise<Step> => {
    const rest = segmentsFrom(from)
    const missing = rest.slice(0, group).filter((number) => !known.has(number))
    for (const found of missing.length === 0 ? [] : await index.find(trigrams, missing)) known.set(found.segment, found)
    for (const segment of missing) if (!known.has(segment)) known.set(segment, { segment, places: [], bytes: 0 })
    const candidates = upToMaximum(rest.slice(0, group).flatMap((number) => known.get(number) ?? []))
    if (candidates.length === group) group *= GROWTH

    const found = candidates.filter(({ places }) => places.length > 0)
    const { matches, isCurrent } =
      found.length === 0 ? NO_MATCHES : await verify({ ...scan, limit }, from, leadIdsOf(scan, found), found)
    if (!isCurrent) {
      // a segment was built again after an erasure
      for (const { segment } of found) known.delete(segment)
      return { matches: [], through: from }
    }
    if (matches.length === limit) return { matches, through: matches.at(-1) }
    const last = candidates.at(-1)?.segment ?? 0
    const next = isDescending ? ends[last - 2] : ends[last - 1]
    if (next === undefined || isOutside(scan, next)) return { matches, through: undefined }
    const through = { ...next, rank: from.rank }
    return { matches, through: isDescending ? justAfter(through) : through }
  }

  /** Numbers of the segments that have what follows a position, in order. */
  const segmentsFrom = (from: Position): number[] => {
    const first = ends.findIndex((until) => compare(from, until) <= 0) + 1
    return isDescending
      ? Array.from({ length: first }, (_, i) => first - i)
      : Array.from({ length: ends.length - first + 1 }, (_, i) => first + i)
  }

  return {
    step: (from, limit) =>
      end === undefined || compare(from, end) > 0 ? amongNewest(from, limit) : inSegments(from, limit),
    isComplete: () => known.size === segments.length && Array.isArray(newest),
  }
}

const NO_MATCHES = { matches: [], isCurrent: true } as const

/** Whether nothing after a position is in the created range of the filter. */
function isOutside({ order, filter }: Scan, { receivedAt }: Position): boolean {
  if (order === Order.Newest) return filter.createdAfter !== undefined && receivedAt < filter.createdAfter
  return filter.createdBefore !== undefined && receivedAt >= filter.createdBefore
}

/** The first segments with at most {@link MAX_CANDIDATES} together, at least one. */
function upToMaximum(all: readonly Candidates[]): readonly Candidates[] {
  let count = 0
  const tooMany = all.findIndex(({ places }, i) => {
    count += places.length
    return i > 0 && count > MAX_CANDIDATES
  })
  return tooMany === -1 ? all : all.slice(0, tooMany)
}

/** A position that only the given one and those before it come before. */
function justAfter(position: Position): Position {
  const next = (BigInt(`0x${position.leadId.replaceAll('-', '')}`) + 1n).toString(16).padStart(32, '0').slice(-32)
  return { ...position, leadId: next.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') }
}

function leadIdsOf({ sql }: Scan, candidates: readonly Candidates[]): SqlFragment {
  const numbers = candidates.flatMap(({ segment, places }) => places.map(() => segment))
  const places = candidates.flatMap((candidate) => candidate.places)
  return sql`
    select encode(substr(s.lead_ids, 1 + 16 * t.place, 16), 'hex')::uuid as id
    from unnest(${numbers}::int[], ${places}::int[]) as t (number, place)
    join search_segments s on s.number = t.number`
}

interface VerifiedRow {
  lead_id: string | null
  received_at: Date
  current: number
}

/** Checks the text and the filter for each of the leads. Not current if the places of a segment have changed. */
async function verify(scan: Scan, from: Position, leadIds: SqlFragment, candidates: readonly Candidates[]) {
  const { sql, order, filter, limit } = scan
  const { condition, sort } = following(sql, order, from, filter, { at: sql`i.received_at`, id: sql`i.lead_id` })
  const conditions = [
    ...insightConditions(sql, filter),
    ...(from.rank === SAME_RANK ? [] : [sql`i.effective_priority = ${from.rank}`]),
    ...leadExists(sql, filter, sql`i.lead_id`),
    condition,
  ]
  const rows = await withQueryTimeout(sql<VerifiedRow[]>`
    select m.lead_id, m.received_at, c.current
    from (
      select count(*) as current
      from unnest(
        ${candidates.map(({ segment }) => segment)}::int[], ${candidates.map(({ bytes }) => bytes)}::int[]
      ) as t (number, bytes)
      join search_segments s on s.number = t.number and length(s.lead_ids) = t.bytes
    ) c
    left join (
      select i.lead_id, i.received_at from (${leadIds}) found join insights i on i.lead_id = found.id
      where ${allOf(sql, conditions)} order by ${sort} limit ${limit}
    ) m on true`)
  const matches = rows.flatMap((row): Position[] =>
    row.lead_id === null ? [] : [{ rank: from.rank, receivedAt: row.received_at, leadId: row.lead_id }],
  )
  matches.sort((a, b) => comparePositions(order, a, b))
  return { matches, isCurrent: rows[0]?.current === candidates.length }
}

/** The leads after the last segment that contain the term, unless there are too many of either, or too much text. */
async function findNewest({ sql, limits }: Scan, end: Position | undefined, term: string) {
  const condition =
    end === undefined
      ? sql`true`
      : sql`(l.created_at, l.lead_id) > (${end.receivedAt}::timestamptz, ${end.leadId}::uuid)`
  const [newest] = await withQueryTimeout(sql<{ leads: number; bytes: number | null }[]>`
    select count(*) as leads, sum(bytes)::bigint as bytes
    from (select ${textBytes(sql)} as bytes from lead_details l where ${condition} limit ${MAX_UNINDEXED + 1}) l`)
  if (newest === undefined || newest.leads > MAX_UNINDEXED) return 'too many'
  if ((newest.bytes ?? 0) > limits.maxUnindexedBytes) return 'too many'
  const found = await withQueryTimeout(sql<{ lead_id: string }[]>`
    select l.lead_id from lead_details l where ${condition} and ${containsTerm(sql, term)} limit ${MAX_CANDIDATES + 1}`)
  return found.length > MAX_CANDIDATES ? 'too many' : found.map(({ lead_id }) => lead_id)
}
