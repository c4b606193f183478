import type { Sql } from '../../../lib/postgres/connect.ts'
import { BUCKETS, createBucketWriter, mergeBuckets } from './buckets.ts'

/*
 * Merges the oldest segments to a larger one, so that a search reads few of them. Invariants:
 *  1. A search sees either the parts or the merged segment: one statement deletes the parts and gives the merged segment
 *     its positions.
 *  2. That statement locks the parts, and changes nothing if one is gone or a lead was erased from it meanwhile. An
 *     erasure that comes later finds the merged segment.
 *  3. Postings without positions are deleted before the next merge. What a process that was cut off still stores for
 *     them violates the foreign key.
 */

/** Segments that are merged to one. */
const PARTS = 16
/** Buckets per statement, some hundred kilobytes. */
const STEP = 64

interface Part {
  readonly id: number
  readonly leads: number
  readonly erased: number
}

/**
 * Merges segments if there are enough.
 *
 * @param count how many
 * @returns whether it did, so that others may be ready
 */
export async function mergeNextSegments(sql: Sql, count = PARTS): Promise<boolean> {
  await sql`delete from search_segments where until_at is null` // 3
  const parts = await sql<Part[]>`
    select id, length(lead_ids) / 16 as leads, erased from search_segments
    where level = 1 order by until_at, until_id limit ${count}`
  if (parts.length < count) return false
  const [merged] = await sql<{ id: number }[]>`
    insert into search_segments (id, level, lead_ids) values (nextval('search_segment_ids'), 2, '') returning id`
  if (merged === undefined) return false
  for (let bucket = 0; bucket < BUCKETS; bucket += STEP) await mergeStep(sql, parts, merged.id, bucket)
  return complete(sql, parts, merged.id)
}

async function mergeStep(sql: Sql, parts: readonly Part[], merged: number, from: number): Promise<void> {
  const rows = await sql<{ segment: number; bucket: number; keys: Buffer; lists: Buffer }[]>`
    select segment, bucket, keys, lists from search_postings
    where segment = any(${parts.map(({ id }) => id)}::int[]) and bucket >= ${from} and bucket < ${from + STEP}`
  const firstPlaces = new Map<number, number>()
  let leads = 0
  for (const part of parts) {
    firstPlaces.set(part.id, leads)
    leads += part.leads
  }
  const writer = createBucketWriter()
  const byBucket = Map.groupBy(rows, ({ bucket }) => bucket)
  const buckets = [...byBucket].map(([number, found]) => {
    const ordered = found.map((bucket) => ({ bucket, firstPlace: firstPlaces.get(bucket.segment) ?? 0 }))
    ordered.sort((a, b) => a.firstPlace - b.firstPlace)
    return { number, ...mergeBuckets(writer, ordered) }
  })
  await sql`
    insert into search_postings (segment, bucket, keys, lists)
    select ${merged}, bucket, decode(keys, 'hex'), decode(lists, 'hex')
    from unnest(
      ${buckets.map(({ number }) => number)}::int[], ${buckets.map(({ keys }) => keys.toString('hex'))}::text[],
      ${buckets.map(({ lists }) => lists.toString('hex'))}::text[]
    ) as t (bucket, keys, lists)`
}

/** @returns false if a part has changed (2) */
async function complete(sql: Sql, parts: readonly Part[], merged: number): Promise<boolean> {
  const ids = parts.map(({ id }) => id)
  const completed = await sql`
    with locked as materialized (
      select * from search_segments where id = any(${ids}::int[]) order by id for update
    ), all_parts as (
      select count(*) as parts, sum(erased) as erased, string_agg(lead_ids, '' order by until_at, until_id) as lead_ids,
             (array_agg(after_at order by until_at, until_id))[1] as after_at,
             (array_agg(after_id order by until_at, until_id))[1] as after_id,
             (array_agg(until_at order by until_at desc, until_id desc))[1] as until_at,
             (array_agg(until_id order by until_at desc, until_id desc))[1] as until_id
      from locked
    ), completed as (
      update search_segments s
      set lead_ids = p.lead_ids, erased = p.erased,
          after_at = p.after_at, after_id = p.after_id, until_at = p.until_at, until_id = p.until_id
      from all_parts p
      where s.id = ${merged} and p.parts = ${parts.length}
        and p.erased = ${parts.reduce((sum, { erased }) => sum + erased, 0)}
      returning s.id
    )
    delete from search_segments s using completed where s.id = any(${ids}::int[])`
  return completed.count > 0
}
