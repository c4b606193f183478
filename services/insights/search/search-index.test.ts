import { randomUUID } from 'node:crypto'
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { connectPostgres } from '../../../lib/postgres/connect.ts'
import { beforeStatement, failing } from '../../../testkit/before-statement.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { buildNextSegment } from './build-segments.ts'
import { eraseFromSegments } from './erase-from-segments.ts'
import { keepSearchIndex } from './keep-search-index.ts'
import { mergeNextSegments } from './merge-segments.ts'
import { chooseTrigrams, findCandidates, readSegments } from './search-index.ts'

const stack = useStack()
const sql = connectPostgres({
  url: stack.serviceUrls.insights,
  applicationName: 'search-index.test',
  maxConnections: 4,
  log: captureLog().log,
})
afterAll(() => sql.end())
beforeEach(async () => {
  await stack.sql`truncate leads, search_segments, search_postings, pending_erasures, erased_leads`
  await stack.sql`update search_progress set until_at = 'epoch'`
})

const LATER = new Date('9999-01-01T00:00:00Z')
const SMALL = { leads: 3, textBytes: 1_000 }
const build = (size = SMALL) => buildNextSegment(sql, LATER, size)
const merge = () => mergeNextSegments(sql, 2)

/** Stores leads, a second apart. Their ids have no time, unlike those that intake makes. */
async function store(...notes: string[]): Promise<string[]> {
  const ids = notes.map(() => randomUUID())
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, created_at)
    select id, 'a', gen_random_uuid(), '\\x00', note, 'hash', now() - interval '1 hour' + make_interval(secs => place)
    from unnest(${ids}::uuid[], ${notes}::text[]) with ordinality as t (id, note, place)`
  return ids
}

async function buildAll(): Promise<void> {
  while (await build());
}

/** Erases leads as intake does, without erasing them from the index yet. */
async function eraseLeads(...ids: (string | undefined)[]): Promise<void> {
  await stack.sql`select erase_leads(${ids.map(String)}::uuid[])`
}

/** Places of candidates for each segment, in the order of segments. */
async function find(term: string): Promise<(readonly number[])[]> {
  const segments = await readSegments(sql)
  const found = await findCandidates(sql, await chooseTrigrams(sql, term, segments), segments)
  return segments.map(({ id }) => found?.get(id) ?? [])
}

/** How many leads each segment has, erased ones included. */
async function sizes(): Promise<number[]> {
  return (await readSegments(sql)).map(({ leads }) => leads)
}

test('segments have the leads in order, and only full ones are built', async () => {
  await store('first', 'second', 'THIRD', 'first again', 'fifth', 'sixth', 'first in no segment')
  expect([await build(), await build(), await build()]).toEqual([true, true, false])
  expect(await find('First')).toEqual([[0], [0]])
  expect(await find('third')).toEqual([[2], []])
})

test('leads above the commit watermark are in no segment yet', async () => {
  await store('one', 'two', 'three')
  expect(await buildNextSegment(sql, new Date(Date.now() - 3_600_000), SMALL)).toBe(false)
  expect(await buildNextSegment(sql, undefined, SMALL)).toBe(false)
})

test('a segment ends when it has enough text, and long notes are read a few at a time', async () => {
  await store(...Array.from({ length: 25 }, (_, i) => `${'x'.repeat(20_000)} number ${i} end`))
  const size = { leads: 100, textBytes: 400_000 }
  expect([await build(size), await build(size)]).toEqual([true, false])
  expect(await sizes()).toEqual([20])
  expect(await find('number 19 end')).toEqual([[19]])
})

test('several processes that build at once store each segment once', async () => {
  await store(...Array.from({ length: 30 }, (_, i) => `note ${i}`))
  await Promise.all([buildAll(), buildAll(), buildAll()])
  expect(await sizes()).toEqual(Array.from({ length: 10 }, () => 3))
})

test('segments are merged, oldest first, and their leads are found as before', async () => {
  await store('alpha', 'bravo', 'charlie', 'delta', 'echo', 'alpha again', 'golf', 'hotel', 'alphabet')
  await buildAll()
  expect([await merge(), await merge()]).toEqual([true, false])
  expect(await sizes()).toEqual([6, 3])
  expect(await find('alpha')).toEqual([[0, 5], [2]])
  const [row] = await stack.sql`select count(*)::int as leads from unnest(array(
    select encode(substr(lead_ids, 1 + 16 * (place - 1), 16), 'hex')::uuid
    from search_segments, generate_series(1, length(lead_ids) / 16) place
  )) as t (id) join leads l on l.id = t.id`
  expect(row).toEqual({ leads: 9 })
})

test('a merge that was cut off is repeated', async () => {
  await store('alpha', 'bravo', 'charlie', 'delta', 'echo', 'alpha again')
  await buildAll()
  await expect(mergeNextSegments(failing(sql, 'delete from search_segments s using'), 2)).rejects.toThrow('cut off')
  expect(await find('alpha')).toEqual([[0], [2]])
  expect(await merge()).toBe(true)
  expect(await find('alpha')).toEqual([[0, 5]])
  expect(await stack.sql`select from search_segments`).toHaveLength(1)
})

test('an erased lead leaves the index, and its erasure is closed after that', async () => {
  const [, erased] = await store('alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot')
  await buildAll()
  await eraseLeads(erased)
  expect(await find('bravo')).toEqual([[1], []])
  await eraseFromSegments(sql)
  expect(await find('bravo')).toEqual([[], []])
  expect(await find('charlie')).toEqual([[2], []])
  const [row] = await stack.sql`
    select count(*)::int as segments from search_segments where position(uuid_send(${erased ?? ''}::uuid) in lead_ids) > 0`
  expect(row).toEqual({ segments: 0 })
  expect(await stack.sql`select from pending_erasures where part = 'search'`).toHaveLength(0)
})

test('a segment whose leads are all erased is deleted, and one between others leaves no gap', async () => {
  const ids = await store('alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot', 'golf', 'hotel', 'india')
  await buildAll()
  await eraseLeads(...ids.slice(3, 5))
  await eraseFromSegments(sql)
  expect(await sizes()).toEqual([3, 3, 3])
  await eraseLeads(ids[5])
  await eraseFromSegments(sql)
  expect(await sizes()).toEqual([3, 3])
  expect(await merge()).toBe(true)
  expect(await find('golf')).toEqual([[3]])
})

test('a process that becomes the leader erases what is pending', async () => {
  const [erased] = await store('alpha', 'bravo', 'charlie')
  await buildAll()
  await eraseLeads(erased)
  const { log, entries } = captureLog()
  const leader = keepSearchIndex({ databaseUrl: stack.serviceUrls.insights, log })
  onTestFinished(() => leader.stop())
  await eventually(async () => (await stack.sql`select from pending_erasures where part = 'search'`).length === 0)
  expect(await find('alpha')).toEqual([[]])
  await leader.stop()
  expect(entries().filter(({ level }) => level >= 40)).toEqual([])
})

test('an erasure of a lead that is in no segment reads none', async () => {
  const ids = await store('alpha', 'bravo', 'charlie', 'delta', 'in no segment')
  await buildAll()
  await eraseLeads(ids[4])
  await eraseFromSegments(failing(sql, 'select encode(lead_ids'))
  expect(await stack.sql`select from pending_erasures where part = 'search'`).toHaveLength(0)
})

test('a lead that is erased while segments are merged is not in the merged segment', async () => {
  const [, erased] = await store('alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot')
  await buildAll()
  await eraseLeads(erased)
  const meanwhile = beforeStatement(sql, 'delete from search_segments s using', () => eraseFromSegments(sql))
  expect(await mergeNextSegments(meanwhile, 2)).toBe(false)
  expect(await find('bravo')).toEqual([[], []])
  expect(await merge()).toBe(true)
  expect(await find('bravo')).toEqual([[]])
})

test('segments that are merged while a lead is erased do not keep it', async () => {
  const [, erased] = await store('alpha', 'bravo', 'charlie', 'delta', 'echo', 'foxtrot')
  await buildAll()
  await eraseLeads(erased)
  await eraseFromSegments(beforeStatement(sql, 'update search_segments set lead_ids', merge))
  expect(await stack.sql`select from pending_erasures where part = 'search'`).toHaveLength(1)
  await eraseFromSegments(sql)
  expect(await find('bravo')).toEqual([[]])
  expect(await stack.sql`select from pending_erasures where part = 'search'`).toHaveLength(0)
})

test('two processes that erase at once do not bring back what the other has erased', async () => {
  const [first, second] = await store('bravo', 'bravo', 'bravo')
  await buildAll()
  await eraseLeads(first)
  const other = async () => {
    await eraseLeads(second)
    await eraseFromSegments(sql)
  }
  await eraseFromSegments(beforeStatement(sql, 'update search_postings p', other))
  for (const trigram of ['bra', 'rav', 'avo']) expect([trigram, await find(trigram)]).not.toContainEqual([[1, 2]])
  await eraseFromSegments(sql)
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
