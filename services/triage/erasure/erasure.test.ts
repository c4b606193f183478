import { randomUUID } from 'node:crypto'
import { create } from '@bufbuild/protobuf'
import { jetstreamManager } from '@nats-io/jetstream'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createInsight, Stage } from '../../../domain/insight.ts'
import { LeadReceivedSchema } from '../../../gen/leadtriage/events/v1/lead_received_pb.ts'
import { createAcknowledgedPublisher } from '../../../lib/jetstream/acknowledged-publisher.ts'
import { createMessageEraser } from '../../../lib/jetstream/erase-messages.ts'
import { ensureStreams } from '../../../lib/jetstream/topology.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { connectPostgres } from '../../../lib/postgres/connect.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { useNats } from '../../../testkit/fixtures/nats.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { createAttemptTracker } from '../attempt-tracker.ts'
import { createDeadLetterStore } from '../dead-letter-store.ts'
import { createInsightStore } from '../insight-store.ts'
import { createErasureSweep } from './erasure-sweep.ts'
import { createErasedLookUp, LeadErasedError } from './lead-erased.ts'
import { unlessErased } from './unless-erased.ts'

const stack = useStack()
const { names } = stack
const nats = useNats()
const sql = connectPostgres({
  url: stack.serviceUrls.triage,
  applicationName: 'erasure.test',
  maxConnections: 6,
  log: captureLog().log,
})
afterAll(() => sql.end())
// connect beforehand: query timeouts include the time to connect
beforeAll(() => Promise.all(Array.from({ length: 6 }, () => sql`select pg_sleep(0.05)`)))
beforeAll(() => ensureStreams(nats, { names, replicas: 1, keptInsights: 1_000 }))

const eraser = createMessageEraser(nats)
const { publish } = createAcknowledgedPublisher(nats)
const sweep = createErasureSweep(sql, eraser, names)
const isErased = createErasedLookUp(sql)

let leadId: string
beforeEach(async () => {
  leadId = randomUUID()
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash)
    values (${leadId}, 'test', ${randomUUID()}, '\\x00', 'note', 'hash')`
})

const erase = () => stack.sql`select erase_leads(array[${leadId}]::uuid[])`
const insight = (generation = 1) => ({
  ...createInsight({ leadId, generation, contentHash: 'hash' }, Stage.Final, 'rules@3', {
    intent: 'buy',
    priority: 'P1',
    confidence: 0.9,
    tags: [],
    reasons: [],
    language: 'en',
  }),
  origin: { clientId: 'test', source: null, receivedAt: new Date() },
})
const delivery = (deliveryCount = 1) => ({
  event: create(LeadReceivedSchema, { leadId, generation: 1, note: 'note' }),
  subject: names.leadReceived(leadId),
  deliveryCount,
  messageId: `1@${leadId}`,
  header: () => undefined,
})
const letter = () => ({ leadId, generation: 1, reason: 'failed' as const, error: 'x', attempts: 5 })
const send = (subject: string) =>
  publish({ subject, payload: Buffer.from('note'), messageId: randomUUID(), traceparent: '' })
const storeInsight = async (on: Sql) => void (await createInsightStore(on).upsert([insight()]))
const fail = (on: Sql) => createAttemptTracker(on).recordEnd(delivery(), { failed: true, begun: false })

/** Rows of triage about the lead, by table. */
async function rows() {
  const [row] = await stack.sql`
    select (select count(*)::int from insights where lead_id = ${leadId}) as insights,
           (select count(*)::int from dead_letters where lead_id = ${leadId}) as letters,
           (select count(*)::int from delivery_attempts where lead_id = ${leadId}) as attempts`
  return row
}
const NO_ROWS = { insights: 0, letters: 0, attempts: 0 }

/** How many messages each stream has about the lead. */
async function messages() {
  const manager = await jetstreamManager(await nats.first())
  const count = async (stream: string, subject: string) => {
    const { state } = await manager.streams.info(stream, { subjects_filter: subject })
    return state.subjects?.[subject] ?? 0
  }
  return [
    await count(names.leadsStream, names.leadReceived(leadId)),
    await count(names.insightsStream, names.insightReady(leadId)),
    await count(names.insightsStream, names.insightCorrected(leadId)),
  ]
}
const open = async () =>
  (
    await stack.sql`
      select part from pending_erasures where lead_id = ${leadId} and part not in ('search', 'corrections')`
  ).map((r) => r.part)

test('the sweep erases the rows of triage and the messages of both streams, and closes the erasure', async () => {
  await storeInsight(sql)
  await stack.sql`insert into dead_letters (lead_id, generation, reason, error, attempts) values (${leadId}, 1, 'failed', 'x', 5)`
  await fail(sql)
  const { leadReceived, insightReady, insightCorrected } = names
  for (const subjectOf of [leadReceived, insightReady, insightReady, insightCorrected]) await send(subjectOf(leadId))
  expect([await rows(), await messages()]).toEqual([{ insights: 1, letters: 1, attempts: 1 }, [1, 2, 1]])
  await erase()
  expect(await sweep()).toBe(false)
  expect([await rows(), await messages()]).toEqual([NO_ROWS, [0, 0, 0]])
  expect(await open()).toEqual(['queue'])
})

describe('a statement that is running when the lead is erased', () => {
  const STATEMENTS: [what: string, run: (on: Sql) => Promise<unknown>][] = [
    ['an insight', storeInsight],
    ['a dead letter', (on) => createDeadLetterStore(on).put(letter())],
    ['the end of a delivery', fail],
    ['the start of a delivery', (on) => createAttemptTracker(on).begin(delivery())],
  ]

  test.each(STATEMENTS)(
    'and stores %s is complete before the erasure, which deletes what it stored',
    async (_what, run) => {
      const other = await sql.reserve()
      await other`begin`
      await run(other)
      let isErasedAndSwept = false
      const erasing = erase()
        .then(sweep)
        .then(() => {
          isErasedAndSwept = true
        })
      await eventually(async () => isErasedAndSwept || (await waiting()) === 1)
      await other`commit`
      other.release()
      await erasing
      expect(await rows()).toEqual(NO_ROWS)
      expect(await open()).toEqual(['queue'])
    },
  )

  test.each(STATEMENTS)('and would store %s waits for the erasure and stores nothing', async (_what, run) => {
    const erasing = await stack.sql.reserve()
    onTestFinished(() => erasing.release())
    await erasing`begin`
    await erasing`select erase_leads(array[${leadId}]::uuid[])`
    const storing = run(sql).catch((error: unknown) => error)
    await eventually(async () => (await waiting()) === 1)
    await erasing`commit`
    await storing
    expect(await rows()).toEqual(NO_ROWS)
  })

  async function waiting(): Promise<number | undefined> {
    const [row] = await stack.sql<{ waiting: number }[]>`
      select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
    return row?.waiting
  }
})

describe('after the erasure is complete', () => {
  beforeEach(async () => {
    await erase()
    await sweep()
  })

  test('nothing can be stored for the lead', async () => {
    const [result] = await createInsightStore(sql).upsert([insight(7)])
    expect(result).toBeInstanceOf(LeadErasedError)
    await createDeadLetterStore(sql).put(letter())
    await fail(sql)
    await createAttemptTracker(sql).begin(delivery())
    expect(await rows()).toEqual(NO_ROWS)
  })

  test('a message that arrives late is erased by the worker that receives it', async () => {
    await send(names.leadReceived(leadId))
    const handle = unlessErased({ isErased, eraser, names }, async () => {
      throw new LeadErasedError(leadId)
    })
    await handle(delivery(), new AbortController().signal)
    expect(await messages()).toEqual([0, 0, 0])
  })

  test('a redelivered message is not handled, so that no model gets its note', async () => {
    const handle = unlessErased({ isErased, eraser, names }, async () => expect.unreachable())
    await handle(delivery(2), new AbortController().signal)
  })
})

test('an event that is published after the sweep is erased before its message is acknowledged', async () => {
  await send(names.leadReceived(leadId))
  const handle = unlessErased({ isErased, eraser, names }, async () => {
    await storeInsight(sql)
    await erase()
    await sweep() // the worker is slow
    await send(names.insightReady(leadId))
  })
  await handle(delivery(), new AbortController().signal)
  expect([await rows(), await messages()]).toEqual([NO_ROWS, [0, 0, 0]])
})

test('the messages of a lead that is not erased stay', async () => {
  await send(names.leadReceived(leadId))
  const handle = unlessErased({ isErased, eraser, names }, async () => send(names.insightReady(leadId)))
  await handle(delivery(), new AbortController().signal)
  expect(await messages()).toEqual([1, 1, 0])
})

test('another process completes an erasure when its lease has expired', async () => {
  await storeInsight(sql)
  await erase()
  const unreachable = { ...eraser, erase: () => Promise.reject(new Error('NATS is unreachable')) }
  await expect(createErasureSweep(sql, unreachable, names)()).rejects.toMatchObject({ code: 'unavailable' })
  expect(await open()).toContain('triage')
  await sweep() // leased by the process that failed
  expect(await open()).toContain('triage')
  await stack.sql`update pending_erasures set leased_until = now() - interval '1 second' where lead_id = ${leadId}`
  await sweep()
  expect([await rows(), await open()]).toEqual([NO_ROWS, ['queue']])
})
