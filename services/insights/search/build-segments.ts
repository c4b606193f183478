import { isErased, passGate } from '../../../contract/erased-leads.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { createPostingsWriter, SEGMENT_LEADS } from './postings.ts'
import { foldedText } from './searched-text.ts'

/*
 * Builds segments of the search index. Invariants:
 *  1. A segment has all leads between two positions in the order (created_at, id), below the commit watermark, so that
 *     no lead is committed into it later.
 *  2. The statement that stores a segment passes the gate and refuses one with an erased lead. An erasure that commits
 *     later finds the segment and builds it again (erase-from-segments.ts).
 *  3. Processes may build the same segment at once. The first one stores it.
 */

/** Leads per statement; a process builds for some milliseconds, then serves calls. */
const CHUNK = 250

interface Place {
  readonly at: Date
  readonly id: string
}

interface LeadRow {
  lead_id: string
  created_at: Date
  text: string
}

/**
 * Builds the next segment if there are enough leads for it.
 *
 * @param watermark every lead created before is visible; undefined while unknown
 * @param size leads per segment
 * @returns whether another segment may be ready
 */
export async function buildNextSegment(sql: Sql, watermark: Date | undefined, size = SEGMENT_LEADS): Promise<boolean> {
  if (watermark === undefined) return false
  const { number, from } = await findEnd(sql)
  const [last] = await sql<{ id: string; at: Date }[]>`
    select lead_id as id, created_at as at from lead_details
    where (created_at, lead_id) > (${from.at}::timestamptz, ${from.id}::uuid) and created_at < ${watermark}
    order by created_at, lead_id offset ${size - 1} limit 1`
  if (last === undefined) return false
  await storeSegment(sql, number + 1, from, last)
  return true
}

/**
 * Builds a stored segment again, without leads that were erased since.
 *
 * @returns whether it was stored; false if yet another of its leads was just erased
 */
export async function rebuildSegment(sql: Sql, number: number): Promise<boolean> {
  const [until] = await segmentEnds(sql, number)
  const [from = START] = await segmentEnds(sql, number - 1)
  return until !== undefined && (await storeSegment(sql, number, from, until))
}

const START: Place = { at: new Date('0001-01-01T00:00:00Z'), id: '00000000-0000-0000-0000-000000000000' }

async function findEnd(sql: Sql): Promise<{ number: number; from: Place }> {
  const [last] = await sql<{ number: number; at: Date; id: string }[]>`
    select number, until_at as at, until_id as id from search_segments order by number desc limit 1`
  return last === undefined ? { number: 0, from: START } : { number: last.number, from: last }
}

function segmentEnds(sql: Sql, number: number) {
  return sql<Place[]>`select until_at as at, until_id as id from search_segments where number = ${number}`
}

async function storeSegment(sql: Sql, number: number, from: Place, until: Place): Promise<boolean> {
  const writer = createPostingsWriter()
  const ids: string[] = []
  let after = from
  for (let rows = await readChunk(sql, after, until); rows.length > 0; rows = await readChunk(sql, after, until)) {
    for (const { lead_id, created_at, text } of rows) {
      writer.add(text)
      ids.push(lead_id)
      after = { at: created_at, id: lead_id }
    }
  }
  const buckets = writer.finish().map((bucket) => bucket.toString('hex'))
  const leadIds = ids.join('').replaceAll('-', '')
  const stored = await sql`
    with ${passGate(sql)}, stored as (
      insert into search_segments as s (number, until_at, until_id, lead_ids)
      select ${number}, ${until.at}, ${until.id}, decode(${leadIds}, 'hex')
      where not exists (select from unnest(${ids}::uuid[]) as t (id) where ${isErased(sql, sql`t.id`)})
      on conflict (number) do update set lead_ids = excluded.lead_ids
      where length(excluded.lead_ids) < length(s.lead_ids)
      returning number
    )
    insert into search_postings (segment, bucket, postings)
    select number, bucket - 1, decode(postings, 'hex')
    from stored, unnest(${buckets}::text[]) with ordinality as t (postings, bucket)
    on conflict (segment, bucket) do update set postings = excluded.postings`
  return stored.count > 0
}

function readChunk(sql: Sql, after: Place, until: Place) {
  return sql<LeadRow[]>`
    select l.lead_id, l.created_at, ${foldedText(sql)} as text from lead_details l
    where (l.created_at, l.lead_id) > (${after.at}::timestamptz, ${after.id}::uuid)
      and (l.created_at, l.lead_id) <= (${until.at}::timestamptz, ${until.id}::uuid)
    order by l.created_at, l.lead_id
    limit ${CHUNK}`
}
