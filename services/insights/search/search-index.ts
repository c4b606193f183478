import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import { BUCKETS, HEADER_BYTES, intersect, LISTS_PER_BUCKET } from './postings.ts'
import { foldedTerm } from './searched-text.ts'
import { TRIGRAMS, trigramsOf } from './trigrams.ts'

/** A segment of the search index, without its contents. */
interface Segment {
  readonly number: number
  /** Its last lead, in the order (created_at, id). */
  readonly until: { readonly at: Date; readonly id: string }
}

/** The leads of a segment that may contain a term, ascending by place. */
export interface Candidates {
  readonly segment: number
  readonly places: readonly number[]
  /** Changes when the segment is built again, with other places. */
  readonly bytes: number
}

export interface SearchIndex {
  /** The segments there are, ascending, without gaps. */
  segments(): Promise<readonly Segment[]>
  /** Finds the leads that may contain a term of three characters or more. */
  find(trigrams: readonly number[], segments: readonly number[]): Promise<Candidates[]>
  /** The trigrams of a term that select most. */
  trigramsOfTerm(term: string): Promise<number[]>
}

/** More trigrams hardly exclude more leads. */
const MAX_TRIGRAMS = 5
/** How common trigrams are changes slowly. */
const FREQUENCIES_MS = 3_600_000

/** Reads the search index. Every method throws AppError `unavailable` when PostgreSQL is unreachable. */
export function createSearchIndex(sql: Sql): SearchIndex {
  const known: Segment[] = []
  let frequencies: Uint16Array | undefined
  let readAt = 0

  const readFrequencies = async (): Promise<Uint16Array> => {
    if (frequencies !== undefined && performance.now() - readAt < FREQUENCIES_MS) return frequencies
    const rows = await withQueryTimeout(sql<{ bucket: number; header: Buffer }[]>`
      select bucket, substr(postings, 1, ${HEADER_BYTES}) as header from search_postings
      where segment = (select max(number) from search_segments)`)
    const read = new Uint16Array(TRIGRAMS)
    for (const { bucket, header } of rows) {
      for (let list = 0; list < LISTS_PER_BUCKET; list++) {
        const start = list === 0 ? 0 : header.readUInt16BE(2 * list - 2)
        read[bucket * LISTS_PER_BUCKET + list] = header.readUInt16BE(2 * list) - start
      }
    }
    if (rows.length === BUCKETS) [frequencies, readAt] = [read, performance.now()]
    return read
  }

  return {
    segments: async () => {
      const newer = await withQueryTimeout(sql<{ number: number; until_at: Date; until_id: string }[]>`
        select number, until_at, until_id from search_segments where number > ${known.length} order by number`)
      for (const { number, until_at: at, until_id: id } of newer) {
        if (number === known.length + 1) known.push({ number, until: { at, id } }) // two calls may read the same
      }
      return [...known]
    },
    trigramsOfTerm: async (term) => {
      const [row] = await withQueryTimeout(sql<{ term: string }[]>`select ${foldedTerm(sql, term)} as term`)
      const trigrams = trigramsOf(row?.term ?? '')
      if (trigrams.length <= 1) return trigrams
      const common = await readFrequencies()
      return trigrams.sort((a, b) => (common[a] ?? 0) - (common[b] ?? 0)).slice(0, MAX_TRIGRAMS)
    },
    find: async (trigrams, segments) => {
      const rows = await withQueryTimeout(findLists(sql, trigrams, segments))
      const bySegment = new Map<number, { bytes: number; lists: Buffer[] }>()
      for (const { segment, bytes, list } of rows) {
        const lists = bySegment.get(segment)?.lists
        if (lists === undefined) bySegment.set(segment, { bytes, lists: [list] })
        else lists.push(list)
      }
      return [...bySegment].map(([segment, { bytes, lists }]) => ({ segment, bytes, places: intersect(lists) }))
    },
  }
}

/** By primary key. Reads the header and the list of a bucket only, not the rest of a long one. */
function findLists(sql: Sql, trigrams: readonly number[], segments: readonly number[]) {
  const buckets = trigrams.map((trigram) => Math.floor(trigram / LISTS_PER_BUCKET))
  const lists = trigrams.map((trigram) => trigram % LISTS_PER_BUCKET)
  return sql<{ segment: number; bytes: number; list: Buffer }[]>`
    select s.number as segment, length(s.lead_ids) as bytes, substr(p.postings, ${HEADER_BYTES + 1} + b.start, b.until - b.start) as list
    from unnest(${[...segments]}::int[]) as n (number)
    join search_segments s on s.number = n.number
    cross join unnest(${buckets}::int[], ${lists}::int[]) as t (bucket, list)
    join search_postings p on p.segment = n.number and p.bucket = t.bucket
    cross join lateral (select substr(p.postings, 1, ${HEADER_BYTES}) as header offset 0) h
    cross join lateral (
      select case when t.list = 0 then 0 else 256 * get_byte(h.header, 2 * t.list - 2) + get_byte(h.header, 2 * t.list - 1) end as start,
             256 * get_byte(h.header, 2 * t.list) + get_byte(h.header, 2 * t.list + 1) as until
      offset 0
    ) b`
}
