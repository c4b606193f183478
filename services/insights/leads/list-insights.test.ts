import { randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { ANONYMOUS } from '../../../lib/auth/principal.ts'
import { connectPostgres } from '../../../lib/postgres/connect.ts'
import { createReads } from '../../../lib/postgres/reads.ts'
import { beforeStatement } from '../../../testkit/before-statement.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import {
  expectedIds,
  type ListedLead,
  type ListFilter,
  listedLeads,
  listFilters,
} from '../../../testkit/listed-leads.ts'
import { buildNextSegment } from '../search/build-segments.ts'
import { mergeNextSegments } from '../search/merge-segments.ts'
import { createFacetFrequencies, type FacetFrequencies } from './facet-frequencies.ts'
import { insightFilterSchema } from './insight-filter.ts'
import { listInsights } from './list-insights.ts'
import { createListStore, type ListStoreOptions } from './list-store.ts'
import { Order } from './order.ts'
import { readOpen } from './read-open.ts'
import { STEP_LIMITS } from './scan.ts'

const stack = useStack()
const connection = { url: stack.serviceUrls.insights, applicationName: 'list-insights.test', log: captureLog().log }
const sql = connectPostgres({ ...connection, maxConnections: 4 })
const reads = createReads({ ...connection, connections: 4 })
afterAll(() => Promise.all([sql.end(), reads.end()]))
const sampled = createFacetFrequencies(sql)
beforeAll(() => sampled.sample())
/** Every search for facets would take long, so that it is done in windows of few days. */
const allFrequent: FacetFrequencies = { insightsWith: () => 1_000, expectedMatches: () => 1_000 }

/** So small that every strategy is used for a few leads: a walk, windows of days, and windows that are too large. */
const SMALL_LIMITS = {
  firstRows: 1,
  maxWalk: 4,
  maxExpectedWalk: 0,
  maxScan: 10,
  maxTextWalk: 2,
  longestWalk: 4,
  maxMatches: 3,
  maxCandidates: 2,
  maxWaitingCandidates: 20,
  maxUnindexedBytes: 300,
}
const SMALL: ListStoreOptions = { limits: SMALL_LIMITS, pageBudgetMs: 10_000 }

async function clear(): Promise<void> {
  await stack.sql`truncate leads, insights, dead_letters, unsettled_leads, search_segments, search_postings`
  await stack.sql`update search_progress set until_at = 'epoch'`
}

/** Indexes the text of all leads but the last few; some segments are merged. */
async function buildSearchIndex(): Promise<void> {
  const build = () => buildNextSegment(sql, new Date('9999-01-01'), { leads: 3, textBytes: 1_000_000 })
  while (await build()) await mergeNextSegments(sql, 3)
}

async function store(leads: readonly ListedLead[]): Promise<void> {
  if (leads.length === 0) return
  await stack.sql`
    insert into leads ${stack.sql(
      leads.map((lead) => ({
        ...{ id: lead.id, client_id: lead.client, idempotency_key: randomUUID(), request_hash: Buffer.alloc(1) },
        ...{ email: lead.email, name: lead.name, note: lead.note, source: lead.source, content_hash: 'hash' },
        created_at: lead.createdAt,
      })),
    )}`
  const insights = leads.flatMap(({ insight, ...lead }) =>
    insight === undefined
      ? []
      : [
          {
            ...{ lead_id: lead.id, id: randomUUID(), generation: 1, stage: insight.stage, content_hash: 'hash' },
            ...{ intent: insight.analyzed.intent, priority: insight.analyzed.priority },
            ...{ next_action: insight.analyzed.nextAction, confidence: insight.confidence },
            ...{ tags: `{${insight.tags.join(',')}}`, reasons: '[]', language: insight.language },
            ...{ analyzer: insight.analyzer, client_id: lead.client, source: lead.source, received_at: lead.createdAt },
            corrected_intent: insight.corrected?.intent ?? null,
            corrected_priority: insight.corrected?.priority ?? null,
            corrected_next_action: insight.corrected?.nextAction ?? null,
            corrected_at: insight.corrected ? new Date() : null,
          },
        ],
  )
  if (insights.length > 0) await stack.sql`insert into insights ${stack.sql(insights)}`
  const letters = leads
    .filter(({ id, state }) => state === 'dead_lettered' || isParked(id))
    .map(({ id, state }) => ({ lead_id: id, retry_at: state === 'dead_lettered' ? null : new Date() }))
  const common = { generation: 1, reason: 'failed', error: 'x', attempts: 5 }
  if (letters.length > 0) {
    await stack.sql`insert into dead_letters ${stack.sql(letters.map((letter) => ({ ...common, ...letter })))}`
  }
  const recorded = leads.filter(({ id, state }) => state !== 'dead_lettered' && !isParked(id))
  if (recorded.length > 0) {
    await stack.sql`
      insert into unsettled_leads ${stack.sql(recorded.map(({ id }) => ({ lead_id: id, share: 'a', check_at: new Date() })))}`
  }
  // the reconciler has passed these leads or not
  const place = Number.parseInt(leads[0]?.id.slice(0, 2) ?? '0', 16) % 2 === 0 ? '2026-01-02' : '2027-01-01'
  await stack.sql`update reconciliation set late_at = ${place}`
}

/** Of the leads that are not dead-lettered, with an insight or without, one of three is parked. */
function isParked(id: string): boolean {
  return Number.parseInt(id.slice(-2), 16) % 3 === 0
}

interface Listing {
  readonly filter?: ListFilter
  readonly order?: Order
  readonly pageSize?: number
  readonly options?: ListStoreOptions
  readonly frequencies?: FacetFrequencies
  /** Called between two pages. */
  readonly between?: () => Promise<void>
}

/** Reads all pages. */
async function listAll({
  filter = {},
  order = Order.Newest,
  pageSize = 3,
  options,
  frequencies = sampled,
  between,
}: Listing): Promise<string[]> {
  const list = createListStore(reads, frequencies, options)
  const ids: string[] = []
  let token: string | undefined
  do {
    const input = { filter, order, page_size: pageSize, page_token: token }
    const page = await listInsights(list, input, ANONYMOUS)
    expect(page.insights.length).toBeLessThanOrEqual(pageSize)
    ids.push(...page.insights.map(({ lead }) => lead.id))
    token = page.nextPageToken
    await between?.()
  } while (token !== undefined)
  return ids
}

describe('the pages of any filter and order have exactly the leads that match, in order', () => {
  test.each<[string, ListStoreOptions, FacetFrequencies]>([
    ['with a walk', {}, sampled],
    ['with the index of facets', SMALL, sampled],
    ['with the index of facets, day by day', SMALL, allFrequent],
    ['when each page has time for one step', { ...SMALL, pageBudgetMs: 0 }, sampled],
  ])('%s', { timeout: 120_000 }, async (_how, options, frequencies) => {
    await fc.assert(
      fc.asyncProperty(
        listedLeads,
        fc.array(fc.tuple(listFilters, fc.constantFrom(...Object.values(Order)), fc.integer({ min: 1, max: 9 })), {
          minLength: 6,
          maxLength: 6,
        }),
        async (leads, listings) => {
          await clear()
          await store(leads)
          await buildSearchIndex()
          for (const [filter, order, pageSize] of listings) {
            expect(await listAll({ filter, order, pageSize, options, frequencies })).toEqual(
              expectedIds(leads, filter, order),
            )
            const { total } = await listInsights(
              createListStore(reads, frequencies, options),
              { filter, order, count: true },
              ANONYMOUS,
            )
            if (!total?.isMinimum) expect(total?.leads).toBe(expectedIds(leads, filter, order).length)
          }
        },
      ),
      { numRuns: 25 },
    )
  })
})

test.each(Object.values(Order))(
  'while leads arrive and are triaged, the pages in order %s have each lead once that was there before',
  async (order) => {
    await clear()
    const before = fc.sample(listedLeads, { numRuns: 3, seed: 7 }).flat()
    await store(before)
    const arriving = fc.sample(listedLeads, { numRuns: 12, seed: 8 })
    const ids = await listAll({
      order,
      options: SMALL,
      between: async () => {
        await store((arriving.pop() ?? []).map((lead) => ({ ...lead, id: randomUUID() })))
      },
    })
    expect(new Set(ids).size).toBe(ids.length)
    const old = new Set(before.map(({ id }) => id))
    expect(ids.filter((id) => old.has(id))).toEqual(expectedIds(before, {}, order))
  },
)

test('a lead that is triaged while a page is read is on the page once', async () => {
  const [lead] = fc.sample(listedLeads, { numRuns: 1, seed: 3 }).flat()
  if (lead === undefined) return expect.unreachable()
  for (let i = 0; i < 20; i++) {
    await clear()
    const waiting: ListedLead = { ...lead, state: 'pending', insight: undefined }
    await store([waiting])
    const [ids] = await Promise.all([
      listAll({}),
      stack.sql`
        insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence,
                              tags, reasons, language, analyzer, received_at)
        values (${lead.id}, ${randomUUID()}, 1, 'final', 'hash', 'buy', 'P1', 'email', 0.5, '{}', '[]', 'en', 'a@1',
                ${lead.createdAt})`,
    ])
    expect(ids).toEqual([lead.id])
  }
})

function openLead(id: string, note: string): ListedLead {
  return {
    ...{ id, client: 'a', source: null, email: `${id}@Example.COM`, name: 'Ёлка Ærø', note, state: 'open' },
    createdAt: new Date('2026-02-01T00:00:00Z'),
    insight: {
      ...{ stage: 'final', confidence: 0.5, tags: [], language: 'en', analyzer: 'a@1', corrected: undefined },
      analyzed: { intent: 'buy', priority: 'P1', nextAction: 'email' },
    },
  }
}

describe('text is found', () => {
  const NOTES = {
    en: 'Please send a Quote for 20 seats',
    de: 'Wir brauchen GRÖẞERE Räume, Straße gesperrt',
    fr: 'Où est ma facture ? Le garçon l’a oubliée',
    es: '¿Cuánto cuesta el año próximo?',
    pt: 'Preciso de um orçamento até amanhã',
    ru: 'Пришлите, пожалуйста, СМЕТУ на ремонт',
    zh: '请给我们报价，谢谢',
    ja: '来月から二十名で利用したいので見積もりをお願いします',
    emoji: 'great service 🚀🎉👍 thanks',
    signs: `100% off_now isn't "it" \\ C:\\temp`,
  }

  test.each([
    ['in English', 'quote FOR', ['en']],
    ['in German', 'größere räume', ['de']],
    ['in German, within a word', 'traß', ['de']],
    ['in French', 'GARÇON', ['fr']],
    ['in Spanish', 'cuánto', ['es']],
    ['in Portuguese', 'ORÇAMENTO', ['pt']],
    ['in Russian', 'смету', ['ru']],
    ['in Chinese', '给我们', ['zh']],
    ['in Japanese', '見積も', ['ja']],
    ['of emoji', '🚀🎉👍', ['emoji']],
    ['of a percent sign', '00%', ['signs']],
    ['of an underscore', 'f_n', ['signs']],
    ['of quotes', `n't "it`, ['signs']],
    ['of a backslash', '\\ c:\\t', ['signs']],
    ['nowhere, with a pattern', 'q%e', []],
    ['decomposed', 'GARC\u0327ON', ['fr']],
    ['in an email address', 'ZH@example', ['zh']],
    ['in a name', 'ёЛКА æRØ', Object.keys(NOTES)],
    ['nowhere, across two fields', 'thanksЁ', []],
  ])('%s', async (_what, text, expected) => {
    await clear()
    const ids = new Map(Object.keys(NOTES).map((name) => [name, randomUUID()]))
    await store(
      Object.entries(NOTES).map(([name, note]) => ({
        ...openLead(ids.get(name) ?? '', note),
        email: `${name}@Example.COM`,
      })),
    )
    const sorted = expected.map((name) => ids.get(name)).sort()
    expect((await listAll({ filter: { text } })).sort()).toEqual(sorted)
    await buildSearchIndex()
    expect((await listAll({ filter: { text }, options: SMALL })).sort()).toEqual(sorted)
  })
})

test.each([
  ['are looked for', 'select c.current, l.segment'],
  ['are checked', 'select m.lead_id, m.received_at'],
])('although segments are merged before candidates %s, outside of a snapshot', async (_what, statement) => {
  await clear()
  await store(Array.from({ length: 6 }, (_, i) => openLead(randomUUID(), `needle ${i}`)))
  while (await buildNextSegment(sql, new Date('9999-01-01'), { leads: 3, textBytes: 1_000_000 }));
  const slice = await readOpen(
    {
      ...{ sql: beforeStatement(sql, statement, () => mergeNextSegments(sql, 2)), order: Order.Newest },
      ...{ filter: insightFilterSchema.parse({ text: 'needle' }), limits: { ...SMALL_LIMITS, maxCandidates: 10 } },
      ...{ frequencies: sampled, limit: 10, deadline: Number.POSITIVE_INFINITY },
    },
    undefined,
  )
  expect(slice.positions).toHaveLength(6)
})

test.each(Object.values(Order))('leads without an insight are found by a text, by %s', async (order) => {
  await clear()
  const leads = Array.from({ length: 20 }, (_, i): ListedLead => {
    const lead = { ...openLead(randomUUID(), `needle ${i}`), createdAt: new Date(Date.UTC(2026, 0, 1) + i) }
    if (i % 3 === 0) return lead
    return { ...lead, insight: undefined, state: i % 3 === 1 ? 'pending' : 'dead_lettered' }
  })
  await store(leads)
  await buildSearchIndex()
  for (const states of [[], ['pending'], ['open', 'dead_lettered'], ['pending', 'dead_lettered']]) {
    const filter = { text: 'needle', states } as ListFilter
    const options = { ...SMALL, limits: { ...SMALL_LIMITS, maxUnindexedBytes: 10_000 } }
    expect(await listAll({ filter, order, pageSize: 30, options })).toEqual(expectedIds(leads, filter, order))
    expect(await listAll({ filter, order, pageSize: 4, options })).toEqual(expectedIds(leads, filter, order))
  }
})

test.each(Object.values(Order))(
  'a text is found among the few leads that other filters select, by %s',
  async (order) => {
    await clear()
    const leads = Array.from({ length: 20 }, (_, i): ListedLead => {
      const lead = {
        ...openLead(randomUUID(), i % 2 === 0 ? 'needle' : 'hay'),
        createdAt: new Date(Date.UTC(2026, 0, 1) + i),
      }
      return i < 17 || lead.insight === undefined ? lead : { ...lead, insight: { ...lead.insight, tags: ['demo'] } }
    })
    await store(leads)
    await buildSearchIndex()
    const filter = { text: 'needle', tags: ['demo'] }
    expect(expectedIds(leads, filter, order)).toHaveLength(1)
    expect(await listAll({ filter, order, options: SMALL })).toEqual(expectedIds(leads, filter, order))
  },
)

test('the text of the newest leads is not read at once if it is long', async () => {
  await clear()
  const noteOf = () => randomBytes(3_000).toString('hex') // PostgreSQL keeps it outside of the row
  await store(
    Array.from({ length: 400 }, (_, i) => ({
      ...openLead(randomUUID(), noteOf()),
      createdAt: new Date(Date.UTC(2026, 0, 1) + i),
    })),
  )
  // analyzing reads notes as well
  await stack.sql.unsafe('analyze leads, insights; select pg_stat_force_next_flush()')
  const reader = createReads({ ...connection, connections: 1 })
  onTestFinished(() => reader.end())
  const notesRead = async () => {
    await reader.run((begun) => begun`select pg_stat_force_next_flush()`)
    const [row] = await stack.sql<{ scans: number }[]>`
      select idx_scan::int as scans from pg_stat_all_tables
      where relid = (select reltoastrelid from pg_class where oid = 'leads'::regclass)`
    return row?.scans ?? 0
  }
  const before = await notesRead()
  const list = createListStore(reader, sampled, {
    limits: { ...SMALL_LIMITS, maxUnindexedBytes: 500_000 },
    pageBudgetMs: 0,
  })
  const page = await listInsights(list, { filter: { text: 'nowhere' } }, ANONYMOUS)
  expect(page.nextPageToken).toBeDefined()
  expect((await notesRead()) - before).toBeLessThan(20)
})

test('a page costs the same however many leads wait', { timeout: 60_000 }, async () => {
  const TABLES = ['leads', 'insights', 'dead_letters', 'unsettled_leads']
  /** The rows, and the blocks of indexes, that a page of each list reads. */
  const costs = async (waiting: number, inputs: readonly object[]) => {
    await clear()
    const setup = await stack.sql.reserve()
    await setup`update reconciliation set late_at = '2027-01-01'`
    await setup`
      insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, created_at)
      select gen_random_uuid(), 'a', gen_random_uuid(), '\\x00', 'note', 'hash', '2026-01-01'::timestamptz + make_interval(mins => i)
      from generate_series(1, ${waiting}::int) i`
    await setup`insert into unsettled_leads (lead_id, share, check_at) select id, 'a', now() from leads`
    await setup`
      insert into dead_letters (lead_id, generation, reason, error, attempts)
      select id, 1, 'failed', 'x', 5 from leads where created_at < '2026-01-01'::timestamptz + make_interval(mins => ${waiting / 2}::int)`
    await setup`
      insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence,
                            tags, reasons, language, analyzer, client_id, received_at)
      select id, id, 1, 'final', 'hash', 'buy', 'P1', 'email', 0.5, '{}', '[]', 'en', 'a@1', 'a', created_at
      from leads order by created_at desc limit 20`
    await setup`vacuum analyze leads, insights, dead_letters, unsettled_leads`
    await setup`select pg_stat_force_next_flush()`
    setup.release()
    const reader = createReads({ ...connection, connections: 1 })
    const scanned = async () => {
      await reader.run((begun) => begun`select pg_stat_force_next_flush()`)
      const [read] = await stack.sql<{ rows: number; blocks: number }[]>`
        select (select sum(idx_tup_read) from pg_stat_user_indexes where relname = any(${TABLES}))
                 + (select sum(seq_tup_read) from pg_stat_user_tables where relname = any(${TABLES})) as rows,
               (select sum(idx_blks_hit + idx_blks_read) from pg_statio_user_indexes where relname = any(${TABLES})) as blocks`
      return { rows: Number(read?.rows), blocks: Number(read?.blocks) }
    }
    const list = createListStore(reader, sampled)
    const read: { rows: number; blocks: number }[] = []
    for (const input of inputs) {
      const readPage = () => listInsights(list, { page_size: 10, ...input }, ANONYMOUS)
      await readPage()
      const before = await scanned()
      expect((await readPage()).insights).toHaveLength(10)
      const after = await scanned()
      read.push({ rows: after.rows - before.rows, blocks: after.blocks - before.blocks })
    }
    await reader.end()
    return read
  }
  const inputs = [
    { order: 'newest' },
    { order: 'newest', filter: { created_after: '2026-01-01T00:00:00Z', created_before: '2027-01-01T00:00:00Z' } },
    { order: 'oldest' },
    { filter: { states: ['dead_lettered'] } },
  ]
  const [few, many] = [await costs(4_000, inputs), await costs(40_000, inputs)]
  for (const [place, { rows, blocks }] of many.entries()) {
    expect(rows).toBeLessThan(2 * (few[place]?.rows ?? 0))
    expect(blocks).toBeLessThan(2 * (few[place]?.blocks ?? 0))
  }
})

test('a page token of another filter or order is refused', async () => {
  await clear()
  await store(fc.sample(listedLeads, { numRuns: 3, seed: 5 }).flat())
  const list = createListStore(reads, sampled)
  const page = await listInsights(list, { filter: {}, page_size: 1 }, ANONYMOUS)
  const withToken = (more: object) => listInsights(list, { page_token: page.nextPageToken, ...more }, ANONYMOUS)
  await withToken({ filter: {}, page_size: 7 })
  for (const other of [{ order: 'newest' }, { filter: { sources: ['web'] } }]) {
    await expect(withToken(other)).rejects.toMatchObject({ violations: [{ path: 'page_token' }] })
  }
})

test('without leads:read the personal data of leads is left out, and cannot be filtered by', async () => {
  await clear()
  await store(fc.sample(listedLeads, { numRuns: 2, seed: 5 }).flat())
  const list = createListStore(reads, sampled)
  const viewer = { ...ANONYMOUS, scopes: new Set(['insights:read'] as const) }
  const { insights } = await listInsights(list, {}, viewer)
  expect(insights.length).toBeGreaterThan(0)
  for (const { lead } of insights) expect(lead).toMatchObject({ note: '', email: null, name: null, phone: null })
  for (const filter of [{ text: 'abc' }, { email: 'ada@example.com' }]) {
    await expect(listInsights(list, { filter }, viewer)).rejects.toMatchObject({ code: 'permission_denied' })
  }
})

describe('the list is read with the index', () => {
  const LEADS = 4_000
  /** Returns the indexes that a list used. */
  async function indexesUsed(input: object, options?: ListStoreOptions): Promise<string[]> {
    const reader = createReads({ ...connection, connections: 1, session: { enable_seqscan: 0 } })
    onTestFinished(() => reader.end())
    const scans = async () => {
      await reader.run((begun) => begun`select pg_stat_force_next_flush()`)
      const rows = await stack.sql<{ name: string; scans: number }[]>`
        select indexrelname as name, idx_scan::int as scans from pg_stat_user_indexes where indexrelname like '%\\_by\\_%'`
      return new Map(rows.map(({ name, scans }) => [name, scans]))
    }
    const before = await scans()
    await listInsights(createListStore(reader, sampled, options), input, ANONYMOUS)
    const after = await scans()
    return [...after].filter(([name, count]) => count > (before.get(name) ?? 0)).map(([name]) => name)
  }

  beforeAll(async () => {
    await clear()
    await stack.sql`
      insert into leads (id, client_id, idempotency_key, request_hash, note, email, content_hash, created_at)
      select gen_random_uuid(), 'a', gen_random_uuid(), '\\x00', 'note ' || i, 'p' || i % 500 || '@example.com', 'hash',
             timestamptz '2026-01-01' + make_interval(hours => i)
      from generate_series(1, ${LEADS}::int) i`
    await stack.sql`
      insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence,
                            tags, reasons, language, analyzer, client_id, received_at)
      select id, id, 1, 'final', 'hash', 'buy', 'P' || extract(hour from created_at)::int % 4, 'email', 0.5,
             case when note like '%77' then array['rare'] else array['demo'] end, '[]', 'en', 'a@1', 'a', created_at
      from leads`
    await stack.sql`vacuum analyze leads, insights`
  })

  test.each([
    ['insights_by_time', { order: 'newest' }],
    ['insights_by_time', { order: 'oldest', filter: { intents: ['buy'] } }],
    ['insights_by_urgency', { order: 'urgency' }],
    [
      'insights_by_urgency',
      { order: 'urgency', filter: { priorities: ['P3'], created_after: '2026-02-01T00:00:00Z' } },
    ],
    ['leads_by_email', { order: 'newest', filter: { email: 'P7@example.com' } }],
    ['insights_by_facet', { order: 'newest', filter: { tags: ['rare'], languages: ['en', 'de'] }, page_size: 100 }],
    ['insights_by_facet', { order: 'urgency', filter: { tags: ['rare'], states: ['open'] }, page_size: 100 }],
  ])('%s for %j', async (index, input) => {
    const limits = { ...STEP_LIMITS, maxWalk: 300, maxExpectedWalk: 0 }
    expect(await indexesUsed({ filter: { states: ['open'] }, ...input }, { limits })).toContain(index)
  })
})
