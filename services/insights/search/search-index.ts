import type { Sql, SqlFragment } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import { bucketOf, ENTRY_BYTES, intersect, KEY_BYTES, keyOf } from './buckets.ts'
import { foldedTerm } from './searched-text.ts'
import { trigramsOf } from './trigrams.ts'

/*
 * Reads the search index. Every function throws AppError `unavailable` when PostgreSQL is unreachable.
 */

/** A lead's place in the order (created_at, id). */
interface Place {
  readonly at: Date
  readonly id: string
}

/** A segment of the search index, without its contents: the leads after a position and up to another one. */
export interface Segment {
  readonly id: number
  readonly leads: number
  readonly after: Place
  readonly until: Place
}

/** More trigrams hardly exclude more leads. */
const MAX_TRIGRAMS = 5

interface SegmentRow {
  id: number
  leads: number
  after_at: Date
  after_id: string
  until_at: Date
  until_id: string
}

/** The segments there are, ascending. */
export async function readSegments(sql: Sql): Promise<Segment[]> {
  const rows = await withQueryTimeout(sql<SegmentRow[]>`
    select id, length(lead_ids) / 16 as leads, after_at, after_id, until_at, until_id from search_segments
    where until_at is not null order by until_at, until_id`)
  return rows.map((row) => ({
    ...{ id: row.id, leads: row.leads },
    after: { at: row.after_at, id: row.after_id },
    until: { at: row.until_at, id: row.until_id },
  }))
}

/** The trigrams of a term of three characters or more that select most, by how common they are in the largest segment. */
export async function chooseTrigrams(sql: Sql, term: string, segments: readonly Segment[]): Promise<number[]> {
  const [row] = await withQueryTimeout(sql<{ term: string }[]>`select ${foldedTerm(sql, term)} as term`)
  const trigrams = trigramsOf(row?.term ?? '')
  const largest = segments.toSorted((a, b) => b.leads - a.leads)[0]
  if (trigrams.length <= 1 || largest === undefined) return trigrams
  const rows = await withQueryTimeout(sql<{ place: number; bytes: number }[]>`
    select place - 1 as place, until - start as bytes from (${listsOf(sql, trigrams, [largest.id])}) l`)
  const bytes = new Map(rows.map((list) => [trigrams[list.place], list.bytes]))
  return trigrams.sort((a, b) => (bytes.get(a) ?? 0) - (bytes.get(b) ?? 0)).slice(0, MAX_TRIGRAMS)
}

/**
 * Finds the leads of each segment that have all trigrams, by their places, ascending.
 *
 * @returns undefined if a segment is gone, because it was merged
 */
export async function findCandidates(
  sql: Sql,
  trigrams: readonly number[],
  segments: readonly Segment[],
): Promise<Map<number, readonly number[]> | undefined> {
  const ids = segments.map(({ id }) => id)
  const rows = await withQueryTimeout(sql<{ current: number; segment: number | null; list: Buffer }[]>`
    select c.current, l.segment, l.list
    from (select count(*) as current from search_segments where id = any(${ids}::int[])) c
    left join (
      select segment, substr(lists, start + 1, until - start) as list from (${listsOf(sql, trigrams, ids)}) l
    ) l on true`)
  if (rows[0]?.current !== ids.length) return undefined
  const found = new Map<number, readonly number[]>()
  for (const [segment, lists] of Map.groupBy(rows, (row) => row.segment)) {
    if (segment === null || lists.length < trigrams.length) continue
    const places = intersect(lists.map(({ list }) => list))
    if (places.length > 0) found.set(segment, places)
  }
  return found
}

/** Where the lists of some trigrams are: by primary key, without reading any. */
function listsOf(sql: Sql, trigrams: readonly number[], segments: readonly number[]): SqlFragment {
  const keys = trigrams.map((trigram) => keyOf(trigram).toString('hex'))
  return sql`
    select p.segment, t.place, p.lists,
           case when entry = 1 then 0 else ${endOfList(sql, sql`entry - ${ENTRY_BYTES}`)} end as start,
           ${endOfList(sql, sql`entry`)} as until
    from unnest(${trigrams.map(bucketOf)}::int[], ${keys}::text[]) with ordinality as t (bucket, key, place)
    cross join lateral (
      select segment, keys, lists, position(decode(t.key, 'hex') in keys) as entry from search_postings
      where segment = any(${[...segments]}::int[]) and bucket = t.bucket
      offset 0
    ) p
    where entry > 0`
}

/** The end of a list, in the last four bytes of an entry in the keys. */
function endOfList(sql: Sql, entry: SqlFragment): SqlFragment {
  const bits = (at: number) => sql`get_byte(keys, ${entry} + ${KEY_BYTES - 1 + at})`
  return sql`((${bits(0)} << 21) | (${bits(1)} << 14) | (${bits(2)} << 7) | ${bits(3)})`
}
