import type { Sql, SqlFragment } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import { chooseTrigrams, findCandidates, readSegments, type Segment } from '../search/search-index.ts'
import { containsTerm, textBytes } from '../search/searched-text.ts'
import { comparePositions, Order, type Position, SAME_RANK } from './order.ts'
import type { Scan, Step } from './scan.ts'

/** Leads whose lists the first step reads, or a whole segment; each next step reads four times as many. */
const FIRST_LEADS = 64_000
const GROWTH = 4
/** Newest leads, in no segment yet, that are read at once. There are more only while the index is being built. */
const MAX_NEWEST = 40_000
/** Of these, matches that are read at once. */
const MAX_NEWEST_MATCHES = 1_000

/** A query for the leads after a position, among some with these ids, that match: lead_id and received_at, sorted. */
export type MatchesAmong = (scan: Scan, from: Position, leadIds: SqlFragment) => SqlFragment

interface TextSearch {
  /** @returns undefined if a walk from this position is better: among newest leads that are many, or that often match */
  step(from: Position, limit: number, matchesAmong: MatchesAmong): Promise<Step | undefined>
  /** Whether all candidates are known, so that another step costs little. */
  isComplete(): boolean
  /** How many leads after a position, up to another one or the end, are candidates; undefined if many are not known. */
  candidatesBetween(from: Position, until: Position | undefined): Promise<number | undefined>
}

/** The search for the text of a filter, which begins when it is first needed. */
export interface LazyTextSearch {
  /** Makes a step if a walk is over, or if all candidates are known. */
  step(from: Position, limit: number, matchesAmong: MatchesAmong, isWalkOver: boolean): Promise<Step | undefined>
  /** As {@link TextSearch.candidatesBetween}. */
  candidatesBetween(from: Position, until: Position | undefined): Promise<number | undefined>
}

/** @returns undefined without a text, or with a filter whose index is better */
export function createLazyTextSearch(scan: Scan): LazyTextSearch | undefined {
  const { text, email } = scan.filter
  if (text === undefined || email !== undefined) return undefined
  let search: TextSearch | undefined
  return {
    step: async (from, limit, matchesAmong, isWalkOver) => {
      if (!isWalkOver && search?.isComplete() !== true) return undefined
      search ??= await createTextSearch(scan, text)
      return search.step(from, limit, matchesAmong)
    },
    candidatesBetween: async (from, until) => search?.candidatesBetween(from, until),
  }
}

/** What may match in a segment, or in a part of one that has many candidates: leads after a position, up to another. */
interface Part {
  readonly segment: number
  readonly places: readonly number[]
  readonly after: Position
  readonly until: Position
}

/**
 * Finds leads that contain a term, in the order of the scan. Segments follow the time, so the first ones usually have
 * enough matches for a page. What is found for one rank is kept for the next ones.
 */
async function createTextSearch(scan: Scan, term: string): Promise<TextSearch> {
  const { sql } = scan
  const isDescending = scan.order === Order.Newest
  let segments = await readSegments(sql)
  const trigrams = await chooseTrigrams(sql, term, segments)
  const known = new Map<number, readonly Part[]>()
  let newest: string[] | 'too many' | undefined
  let wantedLeads = FIRST_LEADS

  /** Negative if `a` is older. */
  const compare = (a: Position, b: Position) =>
    comparePositions(Order.Oldest, { ...a, rank: SAME_RANK }, { ...b, rank: SAME_RANK })
  const mayFollow = (from: Position, { after, until }: Pick<Part, 'after' | 'until'>) =>
    isDescending ? compare(justAfter(after), from) < 0 : compare(from, until) < 0
  const isAmongNewest = (from: Position, end: Position) =>
    isDescending ? compare(from, justAfter(end)) > 0 : compare(from, end) >= 0

  const holds = ({ after, until }: Pick<Part, 'after' | 'until'>, position: Position) =>
    compare(after, position) < 0 && compare(position, until) <= 0

  const amongNewest = async (from: Position, limit: number, matchesAmong: MatchesAmong, end: Position | undefined) => {
    newest ??= await findNewest(scan, end, term)
    if (newest === 'too many') return undefined
    const leadIds = sql`select unnest(${newest}::uuid[]) as id`
    const { matches } = await verify(scan, from, matchesAmong({ ...scan, limit }, from, leadIds), [])
    if (matches.length === limit) return { matches, through: matches.at(-1) }
    return { matches, through: isDescending && end !== undefined ? justAfter({ ...end, rank: from.rank }) : undefined }
  }

  /** Finds the candidates of segments. */
  const load = async (missing: readonly Segment[]): Promise<boolean> => {
    if (missing.length === 0) return true
    const found = await findCandidates(sql, trigrams, missing)
    if (found === undefined) return false
    for (const [segment, parts] of await divide(scan, missing, found)) known.set(segment, parts)
    return true
  }

  const inSegments = async (from: Position, limit: number, matchesAmong: MatchesAmong): Promise<Step> => {
    const following = segments.filter((segment) => mayFollow(from, boundsOf(segment)))
    if (isDescending) following.reverse()
    const group = firstWith(wantedLeads, following)
    const areLoaded = await load(group.filter(({ id }) => !known.has(id)))
    const parts = group.flatMap(({ id }) => {
      const all = (known.get(id) ?? []).filter((part) => mayFollow(from, part))
      return isDescending ? all.reverse() : all
    })
    const chosen = upToMaximum(parts, scan.limits.maxCandidates)
    const found = chosen.filter(({ places }) => places.length > 0)
    const { matches, areCurrent } =
      found.length === 0
        ? NO_MATCHES
        : await verify(scan, from, matchesAmong({ ...scan, limit }, from, leadIdsOf(scan, found)), found)
    if (!areLoaded || !areCurrent) {
      // segments were merged meanwhile; this scan is not one snapshot
      segments = await readSegments(sql)
      known.clear()
      return { matches: [], through: from }
    }
    if (matches.length === limit) return { matches, through: matches.at(-1) }
    if (chosen.length === parts.length) {
      wantedLeads *= GROWTH
      if (isDescending && group.length === following.length) return { matches, through: undefined }
    }
    const last = chosen.at(-1) as Part // a group has a segment, and each has a part that may follow
    const through = { ...(isDescending ? justAfter(last.after) : last.until), rank: from.rank }
    return { matches, through: isOutside(scan, through) ? undefined : through }
  }

  return {
    step: (from, limit, matchesAmong) => {
      const last = segments.at(-1)
      const end = last && boundsOf(last).until
      if (end === undefined || isAmongNewest(from, end)) return amongNewest(from, limit, matchesAmong, end)
      return inSegments(from, limit, matchesAmong)
    },
    isComplete: () => known.size === segments.length && Array.isArray(newest),
    candidatesBetween: async (from, until) => {
      const between = (part: Pick<Part, 'after' | 'until'>) =>
        mayFollow(from, part) && (until === undefined || !mayFollow(until, part) || holds(part, until))
      const wanted = segments.filter((segment) => between(boundsOf(segment)))
      const last = segments.at(-1)
      const end = last && boundsOf(last).until
      const first = isDescending ? from : until
      const areNewestWanted = end === undefined || first === undefined || isAmongNewest(first, end)
      // a walk may have passed the newest leads, or a segment
      const missing = wanted.filter(({ id }) => !known.has(id))
      if (firstWith(FIRST_LEADS, missing).length < missing.length || !(await load(missing))) return undefined
      if (areNewestWanted) newest ??= await findNewest(scan, end, term)
      if (newest === 'too many') return undefined
      const parts = wanted.flatMap(({ id }) => known.get(id) ?? []).filter(between)
      const count = parts.reduce((sum, { places }) => sum + places.length, 0)
      return areNewestWanted ? count + (newest?.length ?? 0) : count
    },
  }
}

const NO_MATCHES = { matches: [], areCurrent: true } as const

function boundsOf({ after, until }: Segment): { readonly after: Position; readonly until: Position } {
  return {
    after: { rank: SAME_RANK, receivedAt: after.at, leadId: after.id },
    until: { rank: SAME_RANK, receivedAt: until.at, leadId: until.id },
  }
}

/** Whether nothing after a position is in the created range of the filter. */
function isOutside({ order, filter }: Scan, { receivedAt }: Position): boolean {
  if (order === Order.Newest) return filter.createdAfter !== undefined && receivedAt < filter.createdAfter
  return filter.createdBefore !== undefined && receivedAt >= filter.createdBefore
}

/** The first segments with that many leads together, at least one. */
function firstWith(leads: number, all: readonly Segment[]): readonly Segment[] {
  let count = 0
  const tooMany = all.findIndex((segment, i) => {
    count += segment.leads
    return i > 0 && count > leads
  })
  return tooMany === -1 ? all : all.slice(0, tooMany)
}

/** The first parts with at most so many candidates together, at least one. */
function upToMaximum(all: readonly Part[], maximum: number): readonly Part[] {
  let count = 0
  const tooMany = all.findIndex(({ places }, i) => {
    count += places.length
    return i > 0 && count > maximum
  })
  return tooMany === -1 ? all : all.slice(0, tooMany)
}

/** A position that only the given one and those before it come before. */
function justAfter(position: Position): Position {
  const next = (BigInt(`0x${position.leadId.replaceAll('-', '')}`) + 1n).toString(16).padStart(32, '0').slice(-32)
  return { ...position, leadId: next.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') }
}

/** Divides segments at every `maxCandidates`th candidate, so that each part is one step. */
async function divide(
  { sql, limits }: Scan,
  segments: readonly Segment[],
  found: ReadonlyMap<number, readonly number[]>,
) {
  const cuts = segments.flatMap(({ id }) => {
    const places = found.get(id) ?? []
    const count = Math.ceil(places.length / limits.maxCandidates) - 1
    return Array.from({ length: Math.max(0, count) }, (_, i) => {
      const next = (i + 1) * limits.maxCandidates
      return { segment: id, next, place: places[next - 1] ?? 0 }
    })
  })
  const ends = cuts.length === 0 ? [] : await readPositions(sql, cuts)
  return segments.map((segment): [number, Part[]] => {
    const places = found.get(segment.id) ?? []
    const bounds = boundsOf(segment)
    let after = bounds.after
    let start = 0
    const parts = cuts.flatMap((cut): Part[] => {
      const end = ends.find((row) => row.segment === segment.id && row.place === cut.place)
      if (cut.segment !== segment.id || end === undefined) return [] // erased meanwhile
      const until: Position = { rank: SAME_RANK, receivedAt: end.received_at, leadId: end.lead_id }
      const part = { segment: segment.id, places: places.slice(start, cut.next), after, until }
      after = until
      start = cut.next
      return [part]
    })
    const rest = { segment: segment.id, places: places.slice(start), after, until: bounds.until }
    return [segment.id, [...parts, rest]]
  })
}

function readPositions(sql: Sql, cuts: readonly { readonly segment: number; readonly place: number }[]) {
  return withQueryTimeout(sql<{ segment: number; place: number; received_at: Date; lead_id: string }[]>`
    select t.segment, t.place, l.created_at as received_at, l.lead_id
    from unnest(${cuts.map(({ segment }) => segment)}::int[], ${cuts.map(({ place }) => place)}::int[]) as t (segment, place)
    join search_segments s on s.id = t.segment
    join lead_details l on l.lead_id = encode(substr(s.lead_ids, 1 + 16 * t.place, 16), 'hex')::uuid`)
}

function leadIdsOf({ sql }: Scan, parts: readonly Part[]): SqlFragment {
  const segments = parts.flatMap(({ segment, places }) => places.map(() => segment))
  const places = parts.flatMap((part) => part.places)
  return sql`
    select encode(substr(s.lead_ids, 1 + 16 * t.place, 16), 'hex')::uuid as id
    from unnest(${segments}::int[], ${places}::int[]) as t (segment, place)
    join search_segments s on s.id = t.segment`
}

interface VerifiedRow {
  lead_id: string | null
  received_at: Date
  current: number
}

/** Reads the matches. Not current if a segment is gone. */
async function verify({ sql, order }: Scan, from: Position, matchesAmong: SqlFragment, parts: readonly Part[]) {
  const segments = [...new Set(parts.map(({ segment }) => segment))]
  const rows = await withQueryTimeout(sql<VerifiedRow[]>`
    select m.lead_id, m.received_at, c.current
    from (select count(*) as current from search_segments where id = any(${segments}::int[])) c
    left join (${matchesAmong}) m on true`)
  const matches = rows.flatMap((row): Position[] =>
    row.lead_id === null ? [] : [{ rank: from.rank, receivedAt: row.received_at, leadId: row.lead_id }],
  )
  matches.sort((a, b) => comparePositions(order, a, b))
  return { matches, areCurrent: rows[0]?.current === segments.length }
}

/** The leads after the last segment that contain the term, unless there are too many of either, or too much text. */
async function findNewest({ sql, limits }: Scan, end: Position | undefined, term: string) {
  const condition =
    end === undefined
      ? sql`true`
      : sql`(l.created_at, l.lead_id) > (${end.receivedAt}::timestamptz, ${end.leadId}::uuid)`
  const [newest] = await withQueryTimeout(sql<{ leads: number; bytes: number | null }[]>`
    select count(*) as leads, sum(bytes)::bigint as bytes
    from (select ${textBytes(sql)} as bytes from lead_details l where ${condition} limit ${MAX_NEWEST + 1}) l`)
  if (newest === undefined || newest.leads > MAX_NEWEST) return 'too many'
  if ((newest.bytes ?? 0) > limits.maxUnindexedBytes) return 'too many'
  const found = await withQueryTimeout(sql<{ lead_id: string }[]>`
    select l.lead_id from lead_details l where ${condition} and ${containsTerm(sql, term)}
    limit ${MAX_NEWEST_MATCHES + 1}`)
  return found.length > MAX_NEWEST_MATCHES ? 'too many' : found.map(({ lead_id }) => lead_id)
}
