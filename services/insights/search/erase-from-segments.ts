import type { Sql } from '../../../lib/postgres/connect.ts'
import { rebuildSegment } from './build-segments.ts'

const BATCH_SIZE = 200
/** Longer than it takes to build some segments again. */
const LEASE_SECONDS = 60

/**
 * Erases a batch of leads from the search index, then closes their erasures. They stay open for the next run if a segment
 * could not be stored, because yet another of its leads was just erased. Any process may call it.
 *
 * @returns whether another batch may follow
 */
export async function eraseFromSegments(sql: Sql): Promise<boolean> {
  const leadIds = await lease(sql)
  if (leadIds.length === 0) return false
  for (const number of await findSegments(sql, leadIds)) {
    if (!(await rebuildSegment(sql, number))) return false
  }
  await sql`delete from search_erasures where lead_id = any(${leadIds}::uuid[])`
  return leadIds.length === BATCH_SIZE
}

async function lease(sql: Sql): Promise<string[]> {
  const rows = await sql<{ lead_id: string }[]>`
    update search_erasures set leased_until = now() + make_interval(secs => ${LEASE_SECONDS})
    where lead_id in (
      select lead_id from search_erasures
      where coalesce(leased_until, '-infinity') < now()
      order by lead_id
      limit ${BATCH_SIZE}
      for update skip locked
    )
    returning lead_id`
  return rows.map((row) => row.lead_id)
}

/** The segments that have any of the leads. */
async function findSegments(sql: Sql, leadIds: readonly string[]): Promise<Set<number>> {
  const likely = await sql<{ number: number; id: string }[]>`
    select s.number, t.id
    from unnest(${[...leadIds]}::uuid[]) as t (id), lateral (
      select number, lead_ids from search_segments
      -- the time of the id is near that of the lead, unless a clock was wrong
      where until_at >= uuid_extract_timestamp(t.id) - interval '1 minute'
      order by number limit 2
    ) s
    where position(uuid_send(t.id) in s.lead_ids) > 0`
  const found = new Set(likely.map(({ id }) => id))
  const others = leadIds.filter((id) => !found.has(id))
  return new Set([...likely.map(({ number }) => number), ...(await scanSegments(sql, others))])
}

/** Reads the ids of every segment, a segment at a time. */
async function scanSegments(sql: Sql, leadIds: readonly string[]): Promise<number[]> {
  const wanted = new Set(leadIds.map((id) => id.replaceAll('-', '')))
  const found: number[] = []
  for (let number = 1; wanted.size > 0; number++) {
    const [segment] = await sql<{ ids: string }[]>`
      select encode(lead_ids, 'hex') as ids from search_segments where number = ${number}`
    if (segment === undefined) break
    for (let at = 0; at < segment.ids.length; at += 32) {
      if (!wanted.has(segment.ids.slice(at, at + 32))) continue
      found.push(number)
      break
    }
  }
  return found
}
