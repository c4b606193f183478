import { randomUUID } from 'node:crypto'
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { connectPostgres } from '../../../lib/postgres/connect.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { buildNextSegment } from './build-segments.ts'
import { eraseFromSegments } from './erase-from-segments.ts'
import { createSearchIndex } from './search-index.ts'

const stack = useStack()
const sql = connectPostgres({
  url: stack.serviceUrls.insights,
  applicationName: 'search-index.test',
  maxConnections: 4,
  log: captureLog().log,
})
afterAll(() => sql.end())
beforeEach(() => stack.sql`truncate leads, search_segments, search_postings, pending_erasures, erased_leads`)

const LATER = new Date('9999-01-01T00:00:00Z')
const build = (size = 3) => buildNextSegment(sql, LATER, size)

/** Stores leads, a second apart. Their ids have no time, unlike those that intake makes. */
async function store(...notes: string[]): Promise<string[]> {
  const ids = notes.map(() => randomUUID())
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, created_at)
    select id, 'a', gen_random_uuid(), '\\x00', note, 'hash', now() - interval '1 hour' + make_interval(secs => place)
    from unnest(${ids}::uuid[], ${notes}::text[]) with ordinality as t (id, note, place)`
  return ids
}

/** Places of candidates, by segment. */
async function find(term: string): Promise<Record<number, readonly number[]>> {
  const index = createSearchIndex(sql)
  const segments = (await index.segments()).map(({ number }) => number)
  const found = await index.find(await index.trigramsOfTerm(term), segments)
  return Object.fromEntries(found.map(({ segment, places }) => [segment, places]))
}

test('segments have the leads in order, and only full ones are built', async () => {
  await store('first', 'second', 'THIRD', 'first again', 'fifth', 'sixth', 'first in no segment')
  expect([await build(), await build(), await build()]).toEqual([true, true, false])
  expect(await find('First')).toEqual({ 1: [0], 2: [0] })
  expect(await find('third')).toEqual({ 1: [2], 2: [] })
})

test('leads above the commit watermark are in no segment yet', async () => {
  await store('one', 'two', 'three')
  expect(await buildNextSegment(sql, new Date(Date.now() - 3_600_000), 3)).toBe(false)
  expect(await buildNextSegment(sql, undefined, 3)).toBe(false)
})

test('several processes that build at once store each segment once', async () => {
  await store(...Array.from({ length: 30 }, (_, i) => `note ${i}`))
  const buildAll = async () => {
    while (await build());
  }
  await Promise.all([buildAll(), buildAll(), buildAll()])
  const rows = await sql<{ number: number; leads: number }[]>`
    select number, length(lead_ids) / 16 as leads from search_segments order by number`
  expect(rows).toEqual(Array.from({ length: 10 }, (_, i) => ({ number: i + 1, leads: 3 })))
})

test('an erased lead leaves the index, and its erasure is closed after that', async () => {
  const [, erased] = await store('alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot')
  while (await build());
  await stack.sql`select erase_leads(array[${erased ?? ''}]::uuid[])`
  expect(await find('bravo')).toEqual({ 1: [1], 2: [] })
  await eraseFromSegments(sql)
  expect(await find('bravo')).toEqual({ 1: [], 2: [] })
  expect(await find('charlie')).toEqual({ 1: [1], 2: [] })
  const [row] = await stack.sql`
    select count(*)::int as segments from search_segments where position(uuid_send(${erased ?? ''}::uuid) in lead_ids) > 0`
  expect(row).toEqual({ segments: 0 })
  expect(await stack.sql`select from pending_erasures where part = 'search'`).toHaveLength(0)
})

test('a lead that is erased while its segment is built is not in the segment', async () => {
  const [, erased] = await store('alpha', 'bravo', 'charlie')
  const erasing = await stack.sql.reserve()
  onTestFinished(() => erasing.release())
  await erasing`begin`
  await erasing`select erase_leads(array[${erased ?? ''}]::uuid[])`
  const building = build() // has read the lead, and waits for the gate
  await eventually(async () => {
    const waiting = await stack.sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    return waiting.length === 1
  })
  await erasing`commit`
  await building
  expect(await sql`select from search_segments`).toHaveLength(0)
})
