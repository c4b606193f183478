import type { Sql } from '../../../lib/postgres/connect.ts'
import { BUCKETS, createBucketWriter, withoutPlaces } from './buckets.ts'

/*
 * Erases leads from segments. Invariants:
 *  1. An erasure is closed after the lists and the ids of its segment have been stored without the lead.
 *  2. A row of lists is replaced only if it is still the one that was read, and ids only if no others were erased
 *     meanwhile. So two processes that erase at once do not bring back what the other has erased. Normally one erases,
 *     the leader.
 *  3. Other leads keep their places.
 */

const BATCH_SIZE = 1_000
/** Buckets per statement, some hundred kilobytes. */
const STEP = 64
const ID_LENGTH = 32
const ERASED = '0'.repeat(ID_LENGTH)

interface Erasure {
  readonly lead_id: string
  /** The segment that has the lead, if one has. */
  readonly segment: number | null
}

/**
 * Erases a batch of leads from the search index, then closes their erasures. They stay open for the next run if another
 * process has changed one of the segments.
 *
 * @returns whether another batch may follow
 */
export async function eraseFromSegments(sql: Sql): Promise<boolean> {
  // without a time, or after the last segment, a lead is in none: those that are built later do not get it
  const erasures = await sql<Erasure[]>`
    select e.lead_id, s.id as segment
    from (select lead_id, created_at from search_erasures order by created_at, lead_id limit ${BATCH_SIZE}) e
    left join search_segments s
      on (s.after_at, s.after_id) < (e.created_at, e.lead_id) and (e.created_at, e.lead_id) <= (s.until_at, s.until_id)`
  if (erasures.length === 0) return false
  for (const [segment, found] of Map.groupBy(erasures, (erasure) => erasure.segment)) {
    const leadIds = found.map(({ lead_id }) => lead_id)
    if (segment !== null && !(await eraseFromSegment(sql, segment, leadIds))) return true
    await sql`delete from search_erasures where lead_id = any(${leadIds}::uuid[])` // 1
  }
  return erasures.length === BATCH_SIZE
}

/** @returns false if another process has changed the segment, so that this must be repeated */
async function eraseFromSegment(sql: Sql, segment: number, leadIds: readonly string[]): Promise<boolean> {
  const [row] = await sql<{ ids: string; erased: number }[]>`
    select encode(lead_ids, 'hex') as ids, erased from search_segments where id = ${segment}`
  if (row === undefined) return false
  const wanted = new Set(leadIds.map((id) => id.replaceAll('-', '')))
  const places = new Set<number>()
  const ids = Array.from({ length: row.ids.length / ID_LENGTH }, (_, place) => {
    const id = row.ids.slice(place * ID_LENGTH, (place + 1) * ID_LENGTH)
    if (!wanted.has(id)) return id
    places.add(place)
    return ERASED
  })
  if (places.size === 0) return true
  const erased = row.erased + places.size
  if (erased === ids.length) {
    const deleted = await sql`delete from search_segments where id = ${segment} and erased = ${row.erased}` // 2
    return deleted.count > 0
  }
  for (let bucket = 0; bucket < BUCKETS; bucket += STEP) {
    if (!(await eraseFromBuckets(sql, segment, bucket, places))) return false
  }
  const stored = await sql`
    update search_segments set lead_ids = decode(${ids.join('')}, 'hex'), erased = ${erased}
    where id = ${segment} and erased = ${row.erased}` // 2
  return stored.count > 0
}

async function eraseFromBuckets(sql: Sql, segment: number, from: number, places: ReadonlySet<number>) {
  // xmin is the transaction that stored the row
  const rows = await sql<{ bucket: number; version: string; keys: Buffer; lists: Buffer }[]>`
    select bucket, xmin::text as version, keys, lists from search_postings
    where segment = ${segment} and bucket >= ${from} and bucket < ${from + STEP}`
  const writer = createBucketWriter()
  const changed = rows.flatMap((row) => {
    const left = withoutPlaces(writer, row, places)
    return left === undefined ? [] : [{ ...row, ...left }]
  })
  if (changed.length === 0) return true
  const stored = await sql`
    update search_postings p set keys = decode(t.keys, 'hex'), lists = decode(t.lists, 'hex')
    from unnest(
      ${changed.map(({ bucket }) => bucket)}::int[], ${changed.map(({ version }) => version)}::text[],
      ${changed.map(({ keys }) => keys.toString('hex'))}::text[],
      ${changed.map(({ lists }) => lists.toString('hex'))}::text[]
    ) as t (bucket, version, keys, lists)
    where p.segment = ${segment} and p.bucket = t.bucket and p.xmin::text = t.version` // 2
  return stored.count === changed.length
}
