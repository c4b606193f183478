import { isErased, passGate } from '../../../contract/erased-leads.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { createPostingsWriter, MAX_LEADS } from './postings.ts'
import { foldedText, textBytes } from './searched-text.ts'

/*
 * Builds segments of the search index. Invariants:
 *  1. A segment has all leads between two positions in the order (created_at, id), below the commit watermark, so that
 *     no lead is committed into it later.
 *  2. The statement that stores a segment passes the gate and refuses one with an erased lead. An erasure that commits
 *     later finds the segment (erase-from-segments.ts).
 *  3. The same statement moves the end of the index from where the segment begins. So each lead is in one segment, even
 *     if two processes build at once. Normally one does, the leader.
 *  4. A segment ends when it has enough leads or enough text. So memory and statements are bounded, however long notes
 *     are.
 */

export interface SegmentSize {
  /** At most {@link MAX_LEADS}. */
  readonly leads: number
  /** UTF-8 bytes of text after which a segment ends, with the lead that reaches it. */
  readonly textBytes: number
}
/** Notes of 500 bytes reach both. A build has about 20 bytes of memory for each byte of the text. */
const SEGMENT_SIZE: SegmentSize = { leads: MAX_LEADS, textBytes: 2 * 1024 * 1024 }

/** Leads, and bytes of their text, per statement; a process builds for some milliseconds, then serves calls. */
const CHUNK: SegmentSize = { leads: 250, textBytes: 256 * 1024 }

interface Place {
  readonly at: Date
  readonly id: string
}

/**
 * Builds the next segment if there are enough leads for it.
 *
 * @param watermark every lead created before is visible; undefined while unknown
 * @returns whether another segment may be ready
 */
export async function buildNextSegment(
  sql: Sql,
  watermark: Date | undefined,
  size: SegmentSize = SEGMENT_SIZE,
): Promise<boolean> {
  if (watermark === undefined) return false
  const [from] = await sql<Place[]>`select until_at as at, until_id as id from search_progress`
  const until = from && (await findEnd(sql, from, watermark, size))
  if (from === undefined || until === undefined) return false
  await storeSegment(sql, from, until)
  return true
}

/** Where the next segment ends. Counts the bytes of long notes without reading them. */
async function findEnd(sql: Sql, from: Place, watermark: Date, size: SegmentSize): Promise<Place | undefined> {
  const [last] = await sql<Place[]>`
    select created_at as at, lead_id as id
    from (
      select created_at, lead_id, row_number() over places as place, sum(${textBytes(sql)}) over places as bytes
      from lead_details l
      where (created_at, lead_id) > (${from.at}::timestamptz, ${from.id}::uuid) and created_at < ${watermark}
      window places as (order by created_at, lead_id rows unbounded preceding)
      order by created_at, lead_id
      limit ${size.leads}
    ) next
    where place = ${size.leads} or bytes >= ${size.textBytes}
    order by place
    limit 1`
  return last
}

async function storeSegment(sql: Sql, from: Place, until: Place): Promise<void> {
  const writer = createPostingsWriter()
  const ids: string[] = []
  for await (const { lead_id, text } of readTexts(sql, from, until)) {
    writer.add(text)
    ids.push(lead_id)
  }
  const keys: string[] = []
  const lists: string[] = []
  for (const bucket of writer.finish()) {
    keys.push(bucket.keys.toString('hex'))
    lists.push(bucket.lists.toString('hex'))
  }
  await sql`
    with ${passGate(sql)}, moved as (
      update search_progress set until_at = ${until.at}, until_id = ${until.id}
      where until_at = ${from.at} and until_id = ${from.id}
        and not exists (select from unnest(${ids}::uuid[]) as t (id) where ${isErased(sql, sql`t.id`)})
      returning 1
    ), stored as (
      insert into search_segments (id, level, after_at, after_id, until_at, until_id, lead_ids)
      select nextval('search_segment_ids'), 1, ${from.at}, ${from.id}, ${until.at}, ${until.id},
             decode(${ids.join('').replaceAll('-', '')}, 'hex')
      from moved
      returning id
    )
    insert into search_postings (segment, bucket, keys, lists)
    select id, bucket - 1, decode(keys, 'hex'), decode(lists, 'hex')
    from stored, unnest(${keys}::text[], ${lists}::text[]) with ordinality as t (keys, lists, bucket)
    where keys <> ''`
}

interface TextRow {
  lead_id: string
  created_at: Date
  text: string
}

async function* readTexts(sql: Sql, from: Place, until: Place): AsyncIterable<TextRow> {
  let after = from
  for (;;) {
    const rows = await sql<TextRow[]>`
      select l.lead_id, l.created_at, ${foldedText(sql)} as text
      from (
        select *, sum(${textBytes(sql)}) over (order by created_at, lead_id rows unbounded preceding) as bytes
        from lead_details l
        where (created_at, lead_id) > (${after.at}::timestamptz, ${after.id}::uuid)
          and (created_at, lead_id) <= (${until.at}::timestamptz, ${until.id}::uuid)
        order by created_at, lead_id
        limit ${CHUNK.leads}
      ) l
      where bytes - ${textBytes(sql)} < ${CHUNK.textBytes}
      order by created_at, lead_id`
    yield* rows
    const last = rows.at(-1)
    if (last === undefined) return
    after = { at: last.created_at, id: last.lead_id }
  }
}
