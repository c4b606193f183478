import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Sql } from '../../../../lib/postgres/connect.ts'
import { connectPostgres } from '../../../../lib/postgres/connect.ts'
import { createReads } from '../../../../lib/postgres/reads.ts'
import { expectFigures } from '../../../../test/fixtures/expect-figures.ts'
import { countNaively, insightOf, readNaiveLeads, storeRandomLeads } from '../../../../test/fixtures/naive-stats.ts'
import { captureLog } from '../../../../testkit/captured-log.ts'
import { eventually } from '../../../../testkit/eventually.ts'
import { useStack } from '../../../../testkit/fixtures/stack.ts'
import { getStats } from '../../get-stats.ts'
import { forEachCombination, forEachCount, type PackedHour } from '../pack-counts.ts'
import { createStatsStore, LIMITS } from '../stats-store.ts'
import { markChangedHours } from './mark-changed-hours.ts'
import { rollUpHours } from './roll-up-hours.ts'
import { rollUpUnsettled } from './roll-up-unsettled.ts'
import { createRollUpWork, startRollUps } from './start-roll-ups.ts'

const stack = useStack()
const sql = connectPostgres({
  url: stack.serviceUrls.insights,
  applicationName: 'roll-ups.test',
  maxConnections: 3,
  log: captureLog().log,
})
afterAll(() => sql.end())
/** Like that of a leader. */
const connectLeader = () =>
  connectPostgres({
    url: stack.serviceUrls.insights,
    applicationName: 'roll-ups.test',
    maxConnections: 1,
    log: captureLog().log,
  })
const leaderSql = connectLeader()
afterAll(() => leaderSql.end())
const reads = createReads({
  url: stack.serviceUrls.insights,
  applicationName: 'roll-ups.test',
  connections: 1,
  log: captureLog().log,
})
afterAll(() => reads.end())
const store = createStatsStore(reads)

const [FROM, TO] = [new Date('2026-03-01T00:00:00Z'), new Date('2026-03-03T00:00:00Z')]

beforeEach(async () => {
  await stack.sql`truncate leads, insights, dead_letters, stats_by_hour, stats_unsettled, stats_stale_hours`
  await stack.sql`update stats_progress set snapshot = null, unsettled_at = null`
  await storeRandomLeads(stack.sql, { count: 400, from: FROM, to: TO })
  await rollUpAll()
})

/** Does the work of a new leader until no hour is stale. */
async function rollUpAll(): Promise<void> {
  const work = createRollUpWork()
  await eventually(async () => {
    await work(leaderSql)
    return (await staleHours()).length === 0
  })
}

async function staleHours(): Promise<string[]> {
  const rows = await sql<{ hour: Date }[]>`select distinct hour from stats_stale_hours order by 1`
  return rows.map(({ hour }) => hour.toISOString())
}

/** The roll-ups with names and counts in an order that does not depend on that of the rows. */
async function rollUps() {
  const hours = await stack.sql<PackedHour[]>`select hour, names, counts from stats_by_hour order by hour`
  return hours.map(({ hour, names, counts }) => {
    const combinations: string[] = []
    forEachCombination(counts, (client, source, language, from, to) => {
      const entries: [key: number, count: number][] = []
      forEachCount(counts, from, to, (key, count) => entries.push([key, count]))
      const values = [names.clients[client - 1], names.sources[source - 1], names.languages[language - 1]]
      combinations.push(JSON.stringify([values, entries.sort(([a], [b]) => a - b)]))
    })
    return { hour, combinations: combinations.sort() }
  })
}

/** Expects the figures of each hour, in total and by source, to be those of a count of one lead after the other. */
async function expectExactFigures(): Promise<void> {
  const leads = await readNaiveLeads(stack.sql)
  const hourOf = (time: Date) => time.toISOString().slice(0, 13)
  const stats = await getStats(store, { from: FROM, to: TO, interval: 'hour', breakdown: 'source' })
  const byHour = countNaively(leads, ({ receivedAt }) => hourOf(receivedAt))
  for (const { start, figures } of stats.intervals) expectFigures(figures, byHour.get(hourOf(start)))
  const bySource = countNaively(leads, ({ source }) => source ?? '-')
  for (const { value, total } of stats.groups) expectFigures(total, bySource.get(value ?? '-'))
  expect(stats.total.arrivals).toBe(leads.length)
}

/** A change of a random insight, by its owner or by a person. */
const CHANGES: [what: string, change: (on: Sql) => Promise<unknown>][] = [
  [
    'a retriage',
    (on) => on`
      update insights set intent = 'job', priority = 'P2', language = 'fr', generation = generation + 1,
             changed_in = pg_current_xact_id()
      where lead_id in (select lead_id from insights order by random() limit 10)`,
  ],
  [
    'a correction',
    (on) => on`
      update insights set corrected_intent = 'spam', corrected_priority = 'P3', corrected_next_action = 'ignore',
             corrected_at = now(), changed_in = pg_current_xact_id()
      where lead_id in (select lead_id from insights order by random() limit 10)`,
  ],
  [
    'the revision of a correction',
    (on) => on`
      update insights set corrected_intent = case corrected_intent when 'spam' then intent else 'spam' end,
             corrected_priority = case corrected_priority when 'P3' then priority else 'P3' end,
             corrected_at = now(), changed_in = pg_current_xact_id()
      where lead_id in (select lead_id from insights where corrected_at is not null order by random() limit 10)`,
  ],
  [
    'an erasure',
    async (on) => {
      const [row] = await on<{ ids: string[] }[]>`
        select to_jsonb(array(select lead_id from insights order by random() limit 10)) as ids`
      await on`delete from leads where id = any(${row?.ids ?? []}::uuid[])`
      await on`delete from insights where lead_id = any(${row?.ids ?? []}::uuid[])`
    },
  ],
  [
    'an insight that is stored late',
    (on) => on`
      insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence,
                            tags, reasons, language, analyzer, client_id, source, received_at)
      select id, gen_random_uuid(), 1, 'final', content_hash, 'buy', 'P0', 'call', 0.9, '{}', '[]', 'de', 'test@1',
             client_id, source, created_at
      from leads l
      where not exists (select from insights where lead_id = l.id)
        and not exists (select from dead_letters where lead_id = l.id)
      order by random() limit 5`,
  ],
]

describe('the figures are exact', () => {
  test('when nothing has changed, without a look at the insights', async () => {
    await expectExactFigures()
    await sql`select 1`
    await stack.sql`alter table insights rename to moved`
    onTestFinished(async () => void (await stack.sql`alter table moved rename to insights`))
    await stack.sql`create table insights (like moved)`
    onTestFinished(async () => void (await stack.sql`drop table insights`))
    await stack.sql`grant select on insights to leadtriage_insights`
    const { total } = await getStats(store, { from: FROM, to: TO })
    expect(total.triaged).toBe(340)
  })

  test.each(CHANGES)('after %s, before and after its hours are rolled up again', async (_what, change) => {
    await change(stack.sql as unknown as Sql)
    await markChangedHours(leaderSql)
    expect(await staleHours()).not.toEqual([])
    await expectExactFigures()
    await rollUpAll()
    await expectExactFigures()
  })

  test('of the hour after one that changed: a lead makes a later one a duplicate, and its erasure undoes that', async () => {
    const lead = (minute: number) => ({
      ...{ id: randomUUID(), client_id: 'website', content_hash: 'same', source: 'web' },
      created_at: new Date(Date.UTC(2026, 2, 5, 10, minute)),
    })
    const [early, late] = [lead(50), lead(80)]
    const duplicates = async () => {
      await rollUpAll()
      const day = { from: '2026-03-05T00:00:00Z', to: '2026-03-06T00:00:00Z' }
      return (await getStats(store, day)).total.duplicates
    }
    await stack.sql`insert into insights ${stack.sql(insightOf(late))}`
    expect(await duplicates()).toBe(0)
    await stack.sql`insert into insights ${stack.sql(insightOf(early))}`
    expect(await duplicates()).toBe(1)
    await stack.sql`delete from insights where lead_id = ${early.id}`
    expect(await duplicates()).toBe(0)
  })

  test('after any changes in any order, also by transactions that commit late', async () => {
    const work = createRollUpWork()
    for (let round = 0; round < 12; round++) {
      const late = await stack.sql.reserve()
      await late`begin`
      await pick(CHANGES)[1](late as unknown as Sql)
      if (round % 2 === 0) await markChangedHours(leaderSql)
      if (round % 3 === 0) await work(leaderSql)
      await late`commit`
      late.release()
      if (round % 4 === 0) await rollUpAll()
      await markChangedHours(leaderSql)
      await expectExactFigures()
    }
    await rollUpAll()
    await expectExactFigures()
  })
})

describe('a change is not missed', () => {
  const other = postgres(stack.ownerUrl, { max: 2, onnotice: () => undefined })
  afterAll(() => other.end())

  test.each(CHANGES)('by %s that commits after a later transaction was marked', async (_what, change) => {
    const early = await other.reserve()
    await early`begin`
    await change(early as unknown as Sql)
    await other`select pg_current_xact_id()`
    await markChangedHours(leaderSql)
    expect(await staleHours()).toEqual([])
    await early`commit`
    early.release()
    await markChangedHours(leaderSql)
    expect(await staleHours()).not.toEqual([])
    await expectExactFigures()
  })

  test.each(CHANGES)('by %s that commits while its hour is rolled up', async (_what, change) => {
    await pick(CHANGES)[1](stack.sql as unknown as Sql)
    await markChangedHours(leaderSql)
    const during = await other.reserve()
    await during`begin`
    await change(during as unknown as Sql)
    const hours = await sql<{ hour: Date }[]>`select distinct hour from stats_stale_hours`
    await rollUpHours(
      leaderSql,
      hours.map(({ hour }) => hour),
    )
    await during`commit`
    during.release()
    await markChangedHours(leaderSql)
    expect(await staleHours()).not.toEqual([])
    await rollUpAll()
    await expectExactFigures()
  })

  test('by a restore from a dump: the transactions of another cluster mark every hour', async () => {
    await stack.sql`update stats_progress set database_id = '1', snapshot = '900000000:900000000:'`
    await stack.sql`update insights set changed_in = '800000000'`
    await markChangedHours(leaderSql)
    expect((await staleHours()).length).toBeGreaterThan(40)
    await rollUpAll()
    await markChangedHours(leaderSql)
    expect(await staleHours()).toEqual([])
    await expectExactFigures()
  })
})

test('two leaders at once neither double nor lose anything', async () => {
  const other = connectLeader()
  onTestFinished(() => other.end())
  for (let round = 0; round < 4; round++) {
    await pick(CHANGES)[1](stack.sql as unknown as Sql)
    await markChangedHours(leaderSql)
    const hours = await sql<{ hour: Date }[]>`select distinct hour from stats_stale_hours`
    const work = (on: Sql) =>
      rollUpHours(
        on,
        hours.map(({ hour }) => hour),
      )
    await Promise.allSettled([work(leaderSql), work(other), pick(CHANGES)[1](stack.sql as unknown as Sql)])
    await Promise.allSettled([work(leaderSql), markChangedHours(other)])
    await markChangedHours(leaderSql)
    await expectExactFigures()
  }
  await rollUpAll()
  await expectExactFigures()
})

test('roll-ups that are computed again are the same, from the beginning and from nothing', async () => {
  const before = await rollUps()
  expect(before.length).toBeGreaterThan(40)
  await stack.sql`update stats_progress set snapshot = null`
  await rollUpAll()
  expect(await rollUps()).toEqual(before)
  await stack.sql`truncate stats_by_hour`
  await stack.sql`update stats_progress set snapshot = null`
  await rollUpAll()
  expect(await rollUps()).toEqual(before)
})

describe('a call stays cheap', () => {
  test('when it takes too long: no more roll-ups are read', async () => {
    const late = createStatsStore(reads, { ...LIMITS, timeoutMs: 0 })
    await expect(getStats(late, { from: FROM, to: TO })).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('when many leads have no insight: the last count of the leader is used', async () => {
    const bounded = createStatsStore(reads, { ...LIMITS, maxUnsettled: 20 })
    const get = () => getStats(bounded, { from: FROM, to: TO, interval: 'hour', breakdown: 'source' })
    await expect(get()).rejects.toMatchObject({ code: 'unavailable' }) // never counted
    const count = async (maxLeads: number) => {
      await rollUpUnsettled(leaderSql, maxLeads)
      await markChangedHours(leaderSql) // later, so that the figures are as of the count
    }
    await count(20)
    const before = await get()
    const exact = await getStats(store, { from: FROM, to: TO, interval: 'hour', breakdown: 'source' })
    expect({ ...before, asOf: exact.asOf }).toEqual(exact)
    await stack.sql`delete from dead_letters`
    expect(await get()).toEqual(before)
    await count(20)
    const after = await get()
    expect(after.total).toMatchObject({ pending: 60, deadLettered: 0 })
    expect(after.asOf > before.asOf).toBe(true)
    await count(1_000) // few enough for calls to count them
    expect((await get()).asOf).toEqual(after.asOf)
  })

  test('when an hour gets a burst of leads: its last roll-up is used', async () => {
    const bounded = createStatsStore(reads, { ...LIMITS, maxLiveInsights: 100 })
    const hour = new Date('2026-03-02T10:00:00Z')
    const end = new Date('2026-03-02T11:00:00Z')
    const get = () => getStats(bounded, { from: hour, to: end, interval: 'hour' })
    const before = await get()
    await storeRandomLeads(stack.sql, { count: 40, from: hour, to: end })
    await markChangedHours(leaderSql)
    const few = await get()
    expect(few.total.arrivals).toBe(before.total.arrivals + 40)
    await storeRandomLeads(stack.sql, { count: 100, from: hour, to: end })
    await markChangedHours(leaderSql)
    const many = await get()
    expect(many.total.triaged).toBe(before.total.triaged)
    expect(many.asOf < few.asOf).toBe(true)
    await rollUpAll()
    expect((await get()).total.arrivals).toBe(before.total.arrivals + 140)
  })
})

test('sources that anyone can choose do not grow the roll-ups, and what they hide is counted', async () => {
  const sources = Array.from({ length: 3_000 }, (_, index) => `source ${index}`)
  const from = new Date('2026-03-05T10:00:00Z')
  const to = new Date('2026-03-05T11:00:00Z')
  await storeRandomLeads(stack.sql, { count: 3_000, from, to, sources })
  await storeRandomLeads(stack.sql, { count: 20, from, to, sources: ['web'] })
  await rollUpAll()
  const [size] = await stack.sql<{ names: number; bytes: number }[]>`
    select json_array_length(names->'sources') as names, octet_length(counts) as bytes from stats_by_hour where hour = ${from}`
  expect(size?.names).toBeLessThanOrEqual(300)
  expect(size?.bytes).toBeLessThan(60_000)
  const all = await getStats(store, { from, to, interval: 'hour', breakdown: 'source' })
  const expected = countNaively(await readNaiveLeads(stack.sql), ({ source, receivedAt }) =>
    receivedAt < from ? undefined : source === 'web' ? 'web' : 'other',
  )
  expect(all.total).toMatchObject({ arrivals: 3_020, triaged: 2_567 })
  expect(all.groups[0]).toMatchObject({ value: 'web', total: { triaged: expected.get('web')?.triaged } })
  expect(all.groups.at(-1)).toMatchObject({ other: true })
  expect(all.groups.reduce((sum, { total }) => sum + total.arrivals, 0)).toBe(3_020)
  const web = await getStats(store, { from, to, interval: 'hour', sources: ['web'] })
  expect(web.total.triaged).toBe(17)
  expect(web.unattributed).toBeGreaterThan(1_000)
  expect((await getStats(store, { from, to, interval: 'hour', clients: ['partner'] })).unattributed).toBe(0)
})

test('another process continues when the leader dies, and misses nothing', { timeout: 60_000 }, async () => {
  const start = () => startRollUps({ databaseUrl: stack.serviceUrls.insights, log: captureLog().log })
  const leaders = [start(), start()]
  onTestFinished(async () => void (await Promise.all(leaders.map((leader) => leader.stop()))))
  for (let round = 0; round < 3; round++) {
    for (const [, change] of CHANGES) await change(stack.sql as unknown as Sql)
    await eventually(async () => leaders.some(({ leads }) => leads))
    await stack.sql`
      select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and datname = current_database()`
  }
  const { snapshot = '' } = (await stack.sql`select pg_current_snapshot()::text as snapshot`)[0] ?? {}
  await eventually(async () => {
    const [row] = await stack.sql<{ marked: boolean }[]>`
      select pg_snapshot_xmax(snapshot) >= pg_snapshot_xmax(${snapshot}::pg_snapshot) as marked from stats_progress`
    return row?.marked === true && (await staleHours()).length === 0
  }, 40_000)
  await expectExactFigures()
})

function pick<T>(values: readonly T[]): T {
  return values[Math.floor(Math.random() * values.length)] as T
}
