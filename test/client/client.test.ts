import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { splitIntoBatches } from '../../client/create-many.ts'
import {
  connect,
  createLeadtriage,
  grpcWeb,
  type Leadtriage,
  LeadtriageError,
  type WatchEvent,
} from '../../client/index.ts'
import { grpc } from '../../client/node.ts'
import { eventually } from '../../testkit/eventually.ts'
import type { ServiceProcess } from '../../testkit/fixtures/services.ts'
import { useServices } from '../../testkit/fixtures/services.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'

/* The typed client with the services as processes, over each of its transports. */

const stack = useStack()
const start = useServices(stack)
let intake: ServiceProcess
let insights: ServiceProcess

beforeAll(async () => {
  ;[intake, insights] = await Promise.all([start('intake'), start('insights'), start('triage')])
})

const TRANSPORTS = { connect, grpcWeb, grpc }
const clientOf = (transport: keyof typeof TRANSPORTS): Leadtriage =>
  createLeadtriage({ intakeUrl: intake.url, insightsUrl: insights.url, transport: TRANSPORTS[transport] })
const NOTE = 'Need urgent pricing for 50 seats ASAP! Want to buy next week.'

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

async function failureOf(call: Promise<unknown>): Promise<LeadtriageError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof LeadtriageError) return error
  throw new Error('the call did not fail with a LeadtriageError', { cause: error })
}

describe.each(Object.keys(TRANSPORTS) as (keyof typeof TRANSPORTS)[])('over %s', (name) => {
  test('a lead is stored, read, triaged, corrected, listed and counted', async () => {
    const { leads, insights } = clientOf(name)
    const source = `by ${name}`
    const { lead, replayed } = await leads.create({ note: NOTE, email: 'ada@example.com', source })
    expect(replayed).toBe(false)
    expect(await leads.get(lead.id)).toEqual(lead)
    expect(lead.createdAt).toBeInstanceOf(Date)

    const insight = await insights.get(lead.id, { waitMs: 10_000 })
    expect(insight).toMatchObject({
      leadId: lead.id,
      intent: 'buy',
      priority: 'P0',
      nextAction: 'call',
      stage: 'final',
    })
    expect(insight.reasons[0]?.text).toEqual(expect.any(String))

    const correction = await insights.correct(lead.id, { priority: 'P1', comment: 'next month' })
    expect(correction).toMatchObject({
      replayed: false,
      insight: { priority: 'P1', analyzerVerdict: { priority: 'P0' } },
    })
    expect(correction.correction.createdAt).toEqual(correction.insight.correctedAt)

    const listed = await collect(insights.list({ sources: [source], priorities: ['P1'], createdAfter: new Date(0) }))
    expect(listed).toMatchObject([{ lead, state: 'open', insight: { priority: 'P1' } }])
    const overview = await insights.overview(lead.id)
    expect(overview.timeline.map(({ event }) => event)).toEqual(['received', 'triaged', 'corrected'])
    expect(overview.corrections).toEqual([correction.correction])
    const query = { sources: [source], interval: 'hour', from: lead.createdAt } as const
    const { total } = await eventually(async () => {
      const stats = await insights.stats(query)
      return stats.total.corrected === 1 ? stats : undefined // statistics follow within seconds
    })
    expect(total).toMatchObject({ arrivals: 1, priorities: { P0: 0, P1: 1 }, agreement: 0 })
  })

  test('an error has its code, violations and request id', async () => {
    const { leads, insights } = clientOf(name)
    const invalid = await failureOf(leads.create({ note: ' ', email: 'nowhere' }))
    expect(invalid.code).toBe('invalid_request')
    expect(invalid.violations.map(({ path }) => path)).toEqual(['lead.email', 'lead.note'])
    expect(invalid.requestId).toEqual(expect.any(String))
    const key = randomUUID()
    await leads.create({ note: 'one' }, { idempotencyKey: key })
    expect(await leads.create({ note: 'one' }, { idempotencyKey: key })).toMatchObject({ replayed: true })
    const conflict = await failureOf(leads.create({ note: 'two' }, { idempotencyKey: key }))
    expect(conflict).toMatchObject({ code: 'idempotency_conflict', idempotencyKey: key })
    expect(await failureOf(insights.get(randomUUID()))).toMatchObject({ code: 'lead_not_found' })
  })

  test('a watch begins with the open leads, says that it is synchronized, goes on live, and ends with its signal', async () => {
    const { leads, insights } = clientOf(name)
    const source = `watched by ${name}`
    const { lead } = await leads.create({ note: NOTE, source })
    await insights.get(lead.id, { waitMs: 10_000 })
    const stop = new AbortController()
    const events: WatchEvent[] = []
    for await (const event of insights.watch({ sources: [source] }, { includeOpen: true, signal: stop.signal })) {
      events.push(event)
      if (event.type === 'synchronized') await leads.create({ note: 'Please cancel my account', source })
      if (events.length === 3) stop.abort()
    }
    expect(events).toMatchObject([
      { type: 'insight', lead: { id: lead.id }, insight: { intent: 'buy' } },
      { type: 'synchronized', openLeadsTruncated: false },
      { type: 'insight', lead: { note: 'Please cancel my account' }, insight: { leadId: expect.any(String) } },
    ])
  })
})

test('many leads are split into batches, and each has a result of its own, in order', async () => {
  const { leads } = clientOf('connect')
  const key = randomUUID()
  await leads.create({ note: 'other' }, { idempotencyKey: key })
  const many = Array.from({ length: 2_500 }, (_, index) => ({ note: `Lead ${index}` }))
  const results = await leads.createMany([...many, { note: ' ' }, { note: 'changed', idempotencyKey: key }])
  expect(results).toHaveLength(2_502)
  for (const [index, result] of results.slice(0, 2_500).entries()) {
    expect(result).toMatchObject({ ok: true, replayed: false, lead: { note: `Lead ${index}` } })
  }
  expect(results[2_500]).toMatchObject({
    ok: false,
    error: { code: 'invalid_request', violations: [{ path: 'lead.note' }] },
  })
  expect(results[2_501]).toMatchObject({ ok: false, idempotencyKey: key, error: { code: 'idempotency_conflict' } })
})

test('leads with long notes are split by size as well', () => {
  const batches = splitIntoBatches(Array.from({ length: 200 }, () => ({ note: '€'.repeat(20_000) })))
  expect(batches.flat()).toHaveLength(200)
  expect(batches.length).toBeGreaterThan(2)
})

test('a list is read page by page, and its pages count and continue', async () => {
  const { leads, insights } = clientOf('connect')
  const source = 'listed'
  await leads.createMany(Array.from({ length: 5 }, (_, index) => ({ note: `Lead ${index}`, source })))
  const filter = { sources: [source] }
  const [first] = await collect(insights.list(filter, { pageSize: 2, order: 'oldest', count: true }).pages())
  expect(first).toMatchObject({ totalSize: 5 })
  const options = { pageSize: 2, order: 'oldest' } as const
  const rest = await collect(insights.list(filter, { ...options, pageToken: first?.nextPageToken }))
  const all = await collect(insights.list(filter, options))
  expect(all).toHaveLength(5)
  expect([...(first?.leads ?? []), ...rest].map(({ lead }) => lead.id)).toEqual(all.map(({ lead }) => lead.id))
})
