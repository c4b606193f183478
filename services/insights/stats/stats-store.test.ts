import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectPostgres } from '../../../lib/postgres/connect.ts'
import { createReads } from '../../../lib/postgres/reads.ts'
import { expectFigures } from '../../../test/fixtures/expect-figures.ts'
import type { NaiveLead } from '../../../test/fixtures/naive-stats.ts'
import { countNaively, readNaiveLeads, storeRandomLeads } from '../../../test/fixtures/naive-stats.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { getStats } from '../get-stats.ts'
import { markChangedHours } from './roll-ups/mark-changed-hours.ts'
import { createRollUpWork } from './roll-ups/start-roll-ups.ts'
import { createStatsStore } from './stats-store.ts'

const stack = useStack()
const sql = connectPostgres({
  url: stack.serviceUrls.insights,
  applicationName: 'stats-store.test',
  maxConnections: 1,
  log: captureLog().log,
})
afterAll(() => sql.end())
const reads = createReads({
  url: stack.serviceUrls.insights,
  applicationName: 'stats-store.test',
  connections: 1,
  log: captureLog().log,
})
afterAll(() => reads.end())
const store = createStatsStore(reads)

/** The clocks of Berlin change on 29 March, those of New York on 8 March. */
const [FROM, TO] = [new Date('2026-03-05T00:00:00Z'), new Date('2026-04-02T00:00:00Z')]
const PERIOD = { from: FROM.toISOString(), to: TO.toISOString() }
let leads: NaiveLead[]

beforeAll(async () => {
  await storeRandomLeads(stack.sql, { count: 1_500, from: FROM, to: TO })
  leads = await readNaiveLeads(stack.sql)
})

const inPeriod = (lead: NaiveLead) => lead.receivedAt >= FROM && lead.receivedAt < TO

async function rollUpAll(): Promise<void> {
  const work = createRollUpWork()
  await eventually(async () => {
    await work(sql)
    return (await sql`select from stats_stale_hours limit 1`).length === 0
  })
}

describe.each([
  ['counted live', async () => undefined],
  ['rolled up', rollUpAll],
])('the figures, %s, are those of a count of one lead after the other', (_how, prepare) => {
  beforeAll(async () => prepare())

  test.each([
    ['in total', {}, () => true],
    ['of a client', { clients: ['partner'] }, (lead: NaiveLead) => lead.client === 'partner'],
    ['of two sources', { sources: ['web', 'fair'] }, ({ source }: NaiveLead) => source === 'web' || source === 'fair'],
    ['of a language', { languages: ['de'] }, (lead: NaiveLead) => lead.language === 'de'],
    [
      'of a client, a source and a language',
      { clients: ['website'], sources: ['other'], languages: ['en', 'und'] },
      (lead: NaiveLead) =>
        lead.client === 'website' && lead.source === 'other' && ['en', 'und'].includes(lead.language ?? ''),
    ],
  ])('%s', async (_what, filter, matches) => {
    const { total } = await getStats(store, { ...PERIOD, ...filter })
    expectFigures(total, countNaively(leads, (lead) => (inPeriod(lead) && matches(lead) ? '' : undefined)).get(''))
  })

  test.each(['source', 'client', 'language'] as const)('by %s', async (breakdown) => {
    const { groups, total } = await getStats(store, { ...PERIOD, breakdown })
    const expected = countNaively(leads, (lead) => (inPeriod(lead) ? (lead[breakdown] ?? '-') : undefined))
    expect(groups.map(({ value }) => value ?? '-').sort()).toEqual([...expected.keys()].sort())
    for (const group of groups) expectFigures(group.total, expected.get(group.value ?? '-'))
    expect(groups.map((group) => group.total.arrivals)).toEqual(
      groups.map((group) => group.total.arrivals).sort((a, b) => b - a),
    )
    expect(total.arrivals).toBe(groups.reduce((sum, group) => sum + group.total.arrivals, 0))
  })

  test('by hour', async () => {
    const { intervals } = await getStats(store, { ...PERIOD, interval: 'hour' })
    const expected = countNaively(leads, ({ receivedAt }) => receivedAt.toISOString().slice(0, 13))
    expect(intervals.length).toBe(28 * 24)
    for (const { start, figures } of intervals) expectFigures(figures, expected.get(start.toISOString().slice(0, 13)))
  })

  test.each([
    ['UTC', 28],
    ['Europe/Berlin', 29],
    ['America/New_York', 29],
  ])('by day of %s, also of 23 hours', async (timeZone, days) => {
    const { intervals, from, to } = await getStats(store, { ...PERIOD, time_zone: timeZone })
    expect(intervals.length).toBe(days)
    // the oracle is PostgreSQL's own calendar
    const starts = await stack.sql<{ id: string; day: Date }[]>`
      select id, date_trunc('day', created_at, ${timeZone}) as day from leads`
    const dayOf = new Map(starts.map(({ id, day }) => [id, day.toISOString()]))
    const expected = countNaively(leads, ({ id, receivedAt }) =>
      receivedAt >= from && receivedAt < to ? dayOf.get(id) : undefined,
    )
    for (const { start, figures } of intervals) expectFigures(figures, expected.get(start.toISOString()))
    const hours = intervals.map(({ start, end }) => (+end - +start) / 3_600_000)
    expect(hours.filter((length) => length !== 24)).toEqual(timeZone === 'UTC' ? [] : [23])
  })
})

test('a group of its own has each of the ten values with the most leads, and the others are counted together', async () => {
  const [from, to] = [new Date('2026-05-01T00:00:00Z'), new Date('2026-05-03T00:00:00Z')]
  const sources = Array.from({ length: 12 }, (_, index) => Array.from({ length: 13 - index }, () => `source ${index}`))
  await storeRandomLeads(stack.sql, { count: 1_500, from, to, sources: sources.flat() })
  await markChangedHours(sql)
  const { groups, total } = await getStats(store, { from, to, breakdown: 'source' })
  const values = await stack.sql<{ source: string; n: number }[]>`
    select source, count(*)::int as n from leads where created_at >= ${from} group by 1 order by 2 desc, 1`
  expect(groups.slice(0, 10).map(({ value, total: { arrivals } }) => [value, arrivals])).toEqual(
    values.slice(0, 10).map(({ source, n }) => [source, n]),
  )
  const expected = countNaively(await readNaiveLeads(stack.sql), (lead) =>
    values.slice(10).some(({ source }) => source === lead.source) ? '' : undefined,
  ).get('')
  expect(groups.slice(10)).toMatchObject([{ value: undefined, other: true }])
  if (groups[10]) expectFigures(groups[10].total, expected)
  expect(total.arrivals).toBe(1_500)
})

test('a period without leads has all intervals, with zeros and without shares and latencies', async () => {
  const { intervals, total, groups } = await getStats(store, {
    from: '2020-01-01T00:00:00Z',
    to: '2020-01-03T00:00:00Z',
    breakdown: 'client',
  })
  expect(intervals.length).toBe(2)
  expect(groups).toEqual([])
  expect(total).toMatchObject({ arrivals: 0, spamShare: undefined, agreement: undefined, latency: undefined })
})
