import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Correction } from '../../domain/correction.ts'
import type { Principal } from '../../lib/auth/principal.ts'
import { ANONYMOUS } from '../../lib/auth/principal.ts'
import { connectPostgres } from '../../lib/postgres/connect.ts'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { correctInsight } from './correct-insight.ts'
import { createCorrectionStore } from './corrections/correction-store.ts'
import { createInsightReader } from './insight-reader.ts'

const stack = useStack()
const sql = connectPostgres({
  url: stack.serviceUrls.insights,
  applicationName: 'correct-insight.test',
  maxConnections: 6,
  log: captureLog().log,
})
afterAll(() => sql.end())
// connect beforehand: query timeouts include the time to connect
beforeAll(() => Promise.all(Array.from({ length: 6 }, () => sql`select pg_sleep(0.05)`)))

const corrections = createCorrectionStore(sql)
const reader = createInsightReader(sql)
const lookUp = async (id: string) => {
  const [found] = await reader.lookUpAll([id])
  if (found === undefined) throw new Error('no result')
  return found
}
let published: Correction[]
let leadId: string

beforeEach(async () => {
  published = []
  leadId = await storeLead()
})

/** Stores a lead whose insight is buy P1. */
async function storeLead(): Promise<string> {
  const id = randomUUID()
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash)
    values (${id}, 'test', ${randomUUID()}, '\\x00', 'note', 'hash')`
  await stack.sql`
    insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags,
                          reasons, language, analyzer)
    values (${id}, gen_random_uuid(), 3, 'final', 'hash', 'buy', 'P1', 'email', 0.9, '{}', '[]', 'en', 'test@1')`
  return id
}

function correct(input: object, { id = leadId, ...principal }: Partial<Principal> & { id?: string } = {}) {
  const caller = { principal: { ...ANONYMOUS, ...principal }, traceparent: '' }
  const events = { publish: (correction: Correction) => void published.push(correction) }
  return correctInsight({ lookUp, corrections, events }, caller, id, input)
}

const stored = () => stack.sql`select id from corrections where lead_id = ${leadId} order by created_at`

async function untilWaiting(): Promise<void> {
  await eventually(async () => {
    const waiting = await stack.sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    return waiting.length > 0
  })
}

test('a correction is stored with what it replaces, counts at once and is published', async () => {
  const comment = 'A customer'
  const { correction, insight, replayed } = await correct({ intent: 'support', comment }, { actor: 'user:7' })
  expect(correction).toMatchObject({
    ...{ leadId, comment, actor: 'user:7', analyzer: 'test@1', confidence: 0.9, generation: 3 },
    verdict: { intent: 'support', priority: 'P1', nextAction: 'email' },
    analyzerVerdict: { intent: 'buy', priority: 'P1', nextAction: 'email' },
  })
  expect(insight).toMatchObject({ intent: 'support', corrected: { at: correction.createdAt } })
  expect(replayed).toBe(false)
  expect(published.map(({ id }) => id)).toEqual([correction.id])
})

test('a caller without leads:read does not get the comment', async () => {
  const request = { spam: true, comment: 'A person', request_id: randomUUID() }
  const scopes = new Set(['insights:write'] as const)
  expect((await correct(request, { scopes })).correction.comment).toBeNull()
  expect((await correct(request, { scopes })).correction.comment).toBeNull()
  expect((await correct(request)).correction.comment).toBe('A person')
})

test('a correction waits for another one that is being stored, and is based on it', async () => {
  const other = await stack.sql.reserve()
  onTestFinished(() => other.release())
  await other`begin`
  await other`
    select from correct_insight(${randomUUID()}, ${leadId}, 'buy', 'P1', 'email', 'support', 'P0', 'call', null, 'test', 'test',
                                null, null)`
  const correcting = correct({ priority: 'P2' })
  await untilWaiting()
  await other`commit`
  expect((await correcting).correction.verdict).toEqual({ intent: 'support', priority: 'P2', nextAction: 'email' })
})

test('a correction that waits for one of the next action alone keeps it', async () => {
  const other = await stack.sql.reserve()
  onTestFinished(() => other.release())
  await other`begin`
  await other`
    select from correct_insight(${randomUUID()}, ${leadId}, 'buy', 'P1', 'email', 'buy', 'P1', 'call', null, 'test', 'test',
                                null, null)`
  const correcting = correct({ intent: 'buy' })
  await untilWaiting()
  await other`commit`
  expect((await correcting).correction.verdict).toEqual({ intent: 'buy', priority: 'P1', nextAction: 'call' })
})

test('in a chain of corrections, the next action stays until intent or priority changes, and spam is ignored', async () => {
  const chain: [change: object, verdict: string][] = [
    [{ next_action: 'call' }, 'buy P1 call'],
    [{ spam: false }, 'buy P1 call'],
    [{ spam: true }, 'spam P3 ignore'],
    [{ next_action: 'call' }, 'spam P3 ignore'],
    [{ spam: false }, 'other P2 qualify'],
    [{ priority: 'P2', next_action: 'email' }, 'other P2 email'],
    [{ intent: 'other' }, 'other P2 email'],
    [{ priority: 'P0' }, 'other P0 qualify'],
  ]
  for (const [change, expected] of chain) {
    const { insight } = await correct(change)
    expect(`${insight.intent} ${insight.priority} ${insight.nextAction}`, JSON.stringify(change)).toBe(expected)
  }
  await expect(correct({ intent: 'spam', next_action: 'call' })).rejects.toMatchObject({ code: 'invalid_request' })
})

test('a correction waits for a retriage that is being stored, and keeps the verdict of its analyzer', async () => {
  const other = await stack.sql.reserve()
  onTestFinished(() => other.release())
  await other`begin`
  await other`update insights set generation = 4, intent = 'job', priority = 'P3' where lead_id = ${leadId}`
  const correcting = correct({ priority: 'P2' })
  await untilWaiting()
  await other`commit`
  const { correction, insight } = await correcting
  expect(correction).toMatchObject({ verdict: { intent: 'job', priority: 'P2' }, generation: 4 })
  expect(insight.corrected?.analyzerVerdict).toMatchObject({ intent: 'job', priority: 'P3' })
})

test('a reader that resumes after a page misses no correction that was being stored meanwhile', async () => {
  const list = (after?: Correction) =>
    corrections.listLatest({ createdAfter: undefined, createdBefore: undefined }, after, 500)
  const before = (await list()).at(-1)?.correction
  const slow = await stack.sql.reserve()
  onTestFinished(() => slow.release())
  await slow`begin`
  await slow`
    select from correct_insight(${randomUUID()}, ${leadId}, 'buy', 'P1', 'email', 'spam', 'P3', 'ignore', null, 'test', 'test',
                                null, null)`
  const other = await storeLead()
  let isStored = false
  const correcting = correct({ spam: true }, { id: other }).finally(() => {
    isStored = true
  })
  await Promise.race([untilWaiting(), correcting])
  expect(isStored).toBe(false)
  const page = await list(before)
  await slow`commit`
  await correcting
  const rest = await list(page.at(-1)?.correction ?? before)
  expect([...page, ...rest].map(({ correction }) => correction.leadId)).toEqual([leadId, other])
})

test('each correction is later than the one before, also when the clock was set back', async () => {
  await stack.sql`
    update insights set corrected_intent = 'job', corrected_priority = 'P3', corrected_next_action = 'ignore',
                        corrected_at = '2100-01-01T00:00:00Z'
    where lead_id = ${leadId}`
  expect((await correct({ spam: true })).correction.createdAt).toEqual(new Date('2100-01-01T00:00:00.001Z'))
})

test('a correction is refused as overloaded when others keep changing what it is based on', async () => {
  const outdated = { ...corrections, add: async () => 'outdated' as const }
  const parts = { lookUp, corrections: outdated, events: { publish: () => undefined } }
  const correcting = correctInsight(parts, { principal: ANONYMOUS, traceparent: '' }, leadId, { spam: true })
  await expect(correcting).rejects.toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 })
})

describe('a request id', () => {
  const request_id = randomUUID()
  const request = { intent: 'support', comment: 'x', request_id }

  test('stores one correction, however often and however concurrently it is sent, also after others', async () => {
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => correct(request)))
    expect(outcomes.filter(({ replayed }) => !replayed)).toHaveLength(1)
    const first = outcomes[0]?.correction
    expect(outcomes.every(({ correction }) => correction.id === first?.id)).toBe(true)
    await correct({ spam: true })
    const again = await correct({ ...request, request_id: request_id.toUpperCase() })
    expect(again).toMatchObject({ replayed: true, correction: first, insight: { intent: 'spam' } })
    expect(await stored()).toHaveLength(2)
    expect(published).toHaveLength(2)
  })

  test('belongs to a client: another one may use the same', async () => {
    await correct(request, { clientId: 'one' })
    expect(await correct(request, { clientId: 'other' })).toMatchObject({ replayed: false })
  })

  test('is refused with another change, comment or lead, also concurrently', async () => {
    const client = { clientId: randomUUID() }
    await correct(request, client)
    const conflict = { code: 'idempotency_conflict' }
    await expect(correct({ ...request, intent: 'job' }, client)).rejects.toMatchObject(conflict)
    await expect(correct({ ...request, comment: 'y' }, client)).rejects.toMatchObject(conflict)
    await expect(correct(request, { ...client, id: await storeLead() })).rejects.toMatchObject(conflict)
    const leads = await Promise.all(Array.from({ length: 6 }, storeLead))
    const both = { clientId: randomUUID() }
    const outcomes = await Promise.allSettled(leads.map((id) => correct(request, { ...both, id })))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(outcomes.every((each) => each.status === 'fulfilled' || each.reason.code === conflict.code)).toBe(true)
  })
})

describe('of an erased lead', () => {
  const erase = (on = stack.sql) => on`select erase_leads(array[${leadId}]::uuid[])`

  test('the corrections are erased, and those of other leads stay', async () => {
    await correct({ spam: true, comment: 'x' })
    const other = await storeLead()
    await correct({ spam: true }, { id: other })
    await erase()
    expect(await corrections.eraseBatch()).toBe(false)
    expect(await stored()).toEqual([])
    expect(await stack.sql`select from pending_erasures where part = 'corrections'`).toEqual([])
    expect(await stack.sql`select from corrections where lead_id = ${other}`).toHaveLength(1)
  })

  test('the insight that is not erased yet cannot be corrected', async () => {
    await erase()
    await expect(correct({ spam: true })).rejects.toMatchObject({ code: 'lead_not_found' })
    expect(await stored()).toEqual([])
  })

  test('a correction that waits for the erasure stores nothing', async () => {
    const erasing = await stack.sql.reserve()
    onTestFinished(() => erasing.release())
    await erasing`begin`
    await erasing`select erase_leads(array[${leadId}]::uuid[])`
    const correcting = correct({ spam: true }).catch((error: unknown) => error)
    await untilWaiting()
    await erasing`commit`
    expect(await correcting).toMatchObject({ code: 'lead_not_found' })
    expect(await stored()).toEqual([])
  })

  test('a correction that is being stored is complete before the erasure, which erases it', async () => {
    const other = await sql.reserve()
    onTestFinished(() => other.release())
    await other`begin`
    await other`
      select from correct_insight(${randomUUID()}, ${leadId}, 'buy', 'P1', 'email', 'spam', 'P3', 'ignore', 'x', 'test', 'test',
                                  null, null)`
    const erasing = erase()
      .execute()
      .then(() => corrections.eraseBatch())
    await untilWaiting()
    await other`commit`
    await erasing
    expect(await stored()).toEqual([])
  })
})
