import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createInsight, Stage } from '../../domain/insight.ts'
import { contentHash } from '../../domain/lead.ts'
import { isolateFailures } from '../../lib/batcher/isolate-failures.ts'
import { connectPostgres } from '../../lib/postgres/connect.ts'
import { captureLog } from '../../testkit/captured-log.ts'
import { beforeQuery, succeeding } from '../../testkit/fakes.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { LeadErasedError } from './erasure/lead-erased.ts'
import type { InsightRow } from './insight-store.ts'
import { createInsightStore } from './insight-store.ts'

const stack = useStack()
const sql = connectPostgres({
  url: stack.serviceUrls.triage,
  applicationName: 'insight-store.test',
  maxConnections: 8,
  log: captureLog().log,
})
afterAll(() => sql.end())
// connect beforehand: query timeouts include the time to connect
beforeAll(() => Promise.all(Array.from({ length: 8 }, () => sql`select pg_sleep(0.05)`)))
const insights = createInsightStore(sql)
const store = { upsert: succeeding(insights.upsert) }

const ORIGIN = { clientId: 'website', source: 'form', receivedAt: new Date('2026-01-31T12:00:00Z') }

/** An insight that tests can identify by its analyzer. */
function insightOf(leadId: string, generation = 1, stage: Stage = Stage.Final, analyzer = 'rules@1'): InsightRow {
  const insight = createInsight({ leadId, generation, contentHash: contentHash('hello') }, stage, analyzer, {
    intent: 'buy',
    priority: 'P1',
    confidence: 0.75,
    tags: ['pricing', 'a "quoted, {tag}"', '😀'],
    reasons: [{ text: 'asks for a price', start: 0, end: 5, weight: 1.5 }],
    language: 'en',
  })
  return { ...insight, origin: ORIGIN }
}

describe('an insight', () => {
  test('is stored completely and returned as stored', async () => {
    const { origin, ...insight } = insightOf(randomUUID())
    const [stored] = await store.upsert([{ ...insight, origin }])
    expect(stored).toEqual({ ...insight, createdAt: expect.any(Date), updatedAt: expect.any(Date) })
    const [row] = await stack.sql`
      select client_id, source, received_at from insights where lead_id = ${insight.leadId}`
    expect(row).toEqual({ client_id: 'website', source: 'form', received_at: ORIGIN.receivedAt })
  })

  test('that a person corrected keeps the verdict of the person when the lead is triaged again', async () => {
    const leadId = randomUUID()
    await store.upsert([insightOf(leadId, 1)])
    await stack.sql`
      update insights
      set corrected_intent = 'spam', corrected_priority = 'P3', corrected_next_action = 'ignore', corrected_at = now()
      where lead_id = ${leadId}`
    const byPerson = { intent: 'spam', priority: 'P3', nextAction: 'ignore' }
    const analyzerVerdict = { intent: 'buy', priority: 'P1', nextAction: 'email' }
    const corrected = { analyzerVerdict, at: expect.any(Date) }
    for (const generation of [2, 1]) {
      const [stored] = await store.upsert([insightOf(leadId, generation)])
      expect(stored).toMatchObject({ ...byPerson, corrected, generation: 2 })
    }
    const [row] = await stack.sql`select effective_intent, intent from insights where lead_id = ${leadId}`
    expect(row).toEqual({ effective_intent: 'spam', intent: 'buy' })
  })

  test('that the previous version of triage stores or replaces gets what it leaves out', async () => {
    const leadId = randomUUID()
    const [createdAt, insight] = [new Date('2026-01-31T12:00:00Z'), insightOf(leadId)]
    await stack.sql`
      insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, source, created_at)
      values (${leadId}, 'website', ${randomUUID()}, '\\x00', 'note', 'hash', 'form', ${createdAt})`
    await sql`
      insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags,
                            reasons, language, analyzer)
      values (${leadId}, ${insight.id}, 1, 'final', 'hash', 'buy', 'P1', 'email', 0.5, '{}', '[]', 'en', 'rules@2')`
    const stored = async () =>
      (
        await stack.sql`
        select client_id, source, received_at, changed_in::text from insights where lead_id = ${leadId}`
      )[0]
    const first = await stored()
    expect(first).toMatchObject({ client_id: 'website', source: 'form', received_at: createdAt })
    await sql`update insights set generation = 2, updated_at = now() where lead_id = ${leadId}`
    expect(Number((await stored())?.changed_in)).toBeGreaterThan(Number(first?.changed_in))
  })

  test('names the transaction that last changed it', async () => {
    const leadId = randomUUID()
    const changedIn = async () =>
      (
        await stack.sql<{ changed: string }[]>`
        select changed_in::text as changed from insights where lead_id = ${leadId}`
      )[0]?.changed
    await store.upsert([insightOf(leadId, 1)])
    const first = await changedIn()
    await store.upsert([insightOf(leadId, 1)])
    expect(await changedIn()).toBe(first) // nothing changed
    await store.upsert([insightOf(leadId, 2)])
    expect(Number(await changedIn())).toBeGreaterThan(Number(first))
  })

  test('without tags and reasons is stored too', async () => {
    const insight = { ...insightOf(randomUUID()), tags: [], reasons: [] }
    expect((await store.upsert([insight]))[0]).toMatchObject({ tags: [], reasons: [] })
  })

  test('that replaces another keeps created_at and has a new updated_at', async () => {
    const leadId = randomUUID()
    const [first] = await store.upsert([insightOf(leadId, 1)])
    await stack.sql`update insights set created_at = created_at - interval '1 hour', updated_at = created_at where lead_id = ${leadId}`
    const [second] = await store.upsert([insightOf(leadId, 2)])
    expect(second?.id).toBe(first?.id)
    expect((second?.updatedAt.getTime() ?? 0) - (second?.createdAt.getTime() ?? 0)).toBeGreaterThan(3_500_000)
  })

  test('with a value outside the vocabulary is rejected by a check constraint', async () => {
    const alien = { ...insightOf(randomUUID()), intent: 'shout' as 'buy' }
    await expect(store.upsert([alien])).rejects.toMatchObject({ code: '23514' })
  })
})

describe('one invalid insight', () => {
  const upsert = isolateFailures(insights.upsert)
  const badness: [what: string, code: string, part: Partial<InsightRow>][] = [
    ['a value outside the vocabulary', '23514', { intent: 'shout' as 'buy' }],
    ['a confidence above 1', '23514', { confidence: 1.5 }],
    ['the null character in a reason', '22P05', { reasons: [{ text: 'a\u0000b', start: 0, end: 1, weight: 1 }] }],
    ['a tag with the null character', '22021', { tags: ['a\u0000b'] }],
    ['a content hash with the null character', '22021', { contentHash: 'a\u0000b' }],
  ]

  test('among many fails alone, whatever its error, and all others are stored', async () => {
    const all = Array.from({ length: 300 }, () => insightOf(randomUUID()))
    for (const [i, [, , part]] of badness.entries()) {
      const place = i * 67
      all[place] = { ...insightOf(randomUUID()), ...part }
    }
    const results = await upsert(all)
    for (const [i, [what, code]] of badness.entries()) expect(results[i * 67], what).toMatchObject({ code })
    expect(results.filter((result) => result instanceof Error)).toHaveLength(badness.length)
    const leadIds = all.map(({ leadId }) => leadId)
    const stored = await stack.sql`select lead_id from insights where lead_id = any(${leadIds}::uuid[])`
    expect(new Set(stored.map((row) => row.lead_id))).toEqual(
      new Set(results.flatMap((result) => (result instanceof Error ? [] : [result.leadId]))),
    )
    expect(stored).toHaveLength(all.length - badness.length)
  })

  test('that is deleted before it is read back fails alone', async () => {
    const known = insightOf(randomUUID())
    await store.upsert([known])
    const erase = () => stack.sql`delete from insights where lead_id = ${known.leadId}`
    const racing = createInsightStore(beforeQuery(sql, /^select .* from insights/s, erase))
    const [gone, neighbour] = await racing.upsert([known, insightOf(randomUUID())])
    expect(gone).toBeInstanceOf(LeadErasedError)
    expect(neighbour).toMatchObject({ stage: 'final' })
  })
})

describe('of several insights for a lead', () => {
  const LEADS = 3
  const version = fc.record({
    lead: fc.nat(LEADS - 1),
    generation: fc.integer({ min: 1, max: 3 }),
    stage: fc.constantFrom(...Object.values(Stage)),
  })
  const batches = fc.array(fc.array(version, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 })

  test('a higher generation wins, and final over provisional within a generation; others change nothing', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (batches) => {
        const leadIds = Array.from({ length: LEADS }, () => randomUUID())
        const expected = new Map<string, InsightRow>()
        for (const [i, batch] of batches.entries()) {
          const insights = batch.map(({ lead, generation, stage }, j) =>
            insightOf(leadIds[lead] ?? '', generation, stage, `analyzer@${i}.${j}`),
          )
          for (const insight of insights) {
            const now = expected.get(insight.leadId)
            const turnsFinal = insight.stage === 'final' && now?.stage === 'provisional'
            const wins =
              !now || insight.generation > now.generation || (insight.generation === now.generation && turnsFinal)
            if (wins) expected.set(insight.leadId, insight)
          }
          const stored = await store.upsert(insights)
          const winners = insights.map(({ leadId }) => expected.get(leadId) as InsightRow)
          expect(stored).toEqual(winners.map(({ origin: _, ...winner }) => expect.objectContaining(winner)))
        }
      }),
      { numRuns: 40 },
    )
  })

  test('from concurrent workers in different orders, the newest stays, without deadlocks', async () => {
    const leadIds = Array.from({ length: 100 }, () => randomUUID())
    const batches = Array.from({ length: 8 }, (_, i) => {
      const order = leadIds.toSorted((a, b) => a.charCodeAt(i) - b.charCodeAt(i))
      return store.upsert(order.map((leadId) => insightOf(leadId, i + 1)))
    })
    await Promise.all(batches)
    const rows = await stack.sql`select distinct generation from insights where lead_id = any(${leadIds}::uuid[])`
    expect(rows).toEqual([{ generation: 8 }])
  })
})
