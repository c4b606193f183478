import { randomUUID } from 'node:crypto'
import { fromBinary } from '@bufbuild/protobuf'
import { jetstreamManager } from '@nats-io/jetstream'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Correction } from '../../../domain/correction.ts'
import { InsightCorrectedSchema } from '../../../gen/leadtriage/events/v1/insight_corrected_pb.ts'
import type { Nats } from '../../../lib/jetstream/connect.ts'
import { connectNats } from '../../../lib/jetstream/connect.ts'
import { ensureStreams } from '../../../lib/jetstream/topology.ts'
import { connectPostgres } from '../../../lib/postgres/connect.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../../../testkit/fixtures/tcp-proxies.ts'
import type { TcpProxy } from '../../../testkit/tcp-proxy.ts'
import { createCorrectionEvents } from './correction-events.ts'
import { createCorrectionStore } from './correction-store.ts'

const stack = useStack()
const { names } = stack
const { log, entries } = captureLog()
const sql = connectPostgres({
  url: stack.serviceUrls.insights,
  applicationName: 'correction-events.test',
  maxConnections: 2,
  log,
})
const store = createCorrectionStore(sql)
const AT_ONCE = { stream: () => 0, consumer: () => 0 }
const proxyTo = useTcpProxies()
let proxy: TcpProxy
let nats: Nats
beforeAll(async () => {
  proxy = await proxyTo(stack.natsUrl)
  nats = connectNats({ url: proxy.url, name: 'test', log })
})
afterAll(async () => {
  await nats.close()
  await sql.end()
})
beforeEach(() => ensureStreams(nats, { names, replicas: 1, keptInsights: 1_000 }, AT_ONCE))

/** Stores a correction that is old enough for {@link CorrectionEvents.publishMissed}, as a process that died left it. */
async function storeCorrection(): Promise<Correction> {
  const [id, leadId] = [randomUUID(), randomUUID()]
  await stack.sql`
    insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags,
                          reasons, language, analyzer)
    values (${leadId}, gen_random_uuid(), 1, 'final', 'hash', 'buy', 'P1', 'email', 0.9, '{}', '[]', 'en', 'test@1')`
  const correction = await store.add({
    ...{
      id,
      leadId,
      basedOn: { intent: 'buy', priority: 'P1', nextAction: 'email' },
      comment: 'Ada called',
      actor: 'user:7',
    },
    ...{ verdict: { intent: 'spam', priority: 'P3', nextAction: 'ignore' }, clientId: 'test', request: null },
  })
  if (typeof correction === 'string') throw new Error(correction)
  await stack.sql`update corrections set created_at = created_at - interval '1 minute' where id = ${id}`
  return correction
}

async function eventsOf({ leadId }: Correction): Promise<number> {
  const manager = await jetstreamManager(await nats.first())
  const subject = names.insightCorrected(leadId)
  const { state } = await manager.streams.info(names.insightsStream, { subjects_filter: subject })
  return state.subjects?.[subject] ?? 0
}

const unpublished = async () => (await stack.sql`select from corrections where published_at is null`).length
const newEvents = () => createCorrectionEvents({ nats, names, store, log })

test('an event has the verdicts and no comment, and the correction is marked when the stream has it', async () => {
  const correction = await storeCorrection()
  const events = newEvents()
  events.publish(correction, '')
  await events.drain()
  expect(await unpublished()).toBe(0)
  const manager = await jetstreamManager(await nats.first())
  const request = { last_by_subj: names.insightCorrected(correction.leadId) }
  const data = (await manager.streams.getMessage(names.insightsStream, request))?.data ?? new Uint8Array()
  expect(fromBinary(InsightCorrectedSchema, data)).toMatchObject({
    ...{ correctionId: correction.id, leadId: correction.leadId, generation: 1, actor: 'user:7' },
    verdict: { intent: 3, priority: 4, nextAction: 4 },
    analyzerVerdict: { intent: 1, priority: 2, nextAction: 2 },
  })
  expect(Buffer.from(data).toString()).not.toContain('Ada')
})

test('what a process did not publish before it died is published by another one, once', async () => {
  const missed = await storeCorrection()
  const [one, other] = [newEvents(), newEvents()]
  await Promise.all([one.publishMissed(), other.publishMissed()])
  expect(await unpublished()).toBe(0)
  expect(await eventsOf(missed)).toBe(1)
})

test('a correction that was just stored is left to its own process', async () => {
  const recent = await storeCorrection()
  await stack.sql`update corrections set created_at = now() where id = ${recent.id}`
  await newEvents().publishMissed()
  expect(await eventsOf(recent)).toBe(0)
  await store.markPublished(recent.id)
})

test('while NATS is down, corrections are stored and wait; when it is back, they are published', async () => {
  await proxy.cut()
  await eventually(() => nats.up() === undefined)
  const events = newEvents()
  const correction = await storeCorrection()
  events.publish(correction, '')
  expect(await events.publishMissed()).toBe(false)
  expect(await unpublished()).toBe(1)
  await proxy.heal()
  await eventually(async () => {
    await events.publishMissed()
    return (await unpublished()) === 0
  })
  expect(await eventsOf(correction)).toBe(1)
})

test('without the stream, a failure is logged with ids only, and the event follows when the stream is there', async () => {
  const manager = await jetstreamManager(await nats.first())
  await manager.streams.delete(names.insightsStream)
  const events = newEvents()
  const correction = await storeCorrection()
  events.publish(correction, '')
  await events.drain()
  await expect(events.publishMissed()).rejects.toThrow('no stream takes the message')
  expect(entries()).toContainEqual(expect.objectContaining({ level: 40, correctionId: correction.id }))
  expect(JSON.stringify(entries())).not.toContain('Ada')
  await ensureStreams(nats, { names, replicas: 1, keptInsights: 1_000 }, AT_ONCE)
  await events.publishMissed()
  expect([await unpublished(), await eventsOf(correction)]).toEqual([0, 1])
})
