import { randomUUID } from 'node:crypto'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { contentHash } from '../../../domain/lead.ts'
import type { Nats } from '../../../lib/jetstream/connect.ts'
import { connectNats } from '../../../lib/jetstream/connect.ts'
import { leadIdOf } from '../../../lib/jetstream/names.ts'
import { ensureStreams, ensureTriageConsumer } from '../../../lib/jetstream/topology.ts'
import { createMetrics } from '../../../lib/telemetry/metrics.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { useNats } from '../../../testkit/fixtures/nats.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../../../testkit/fixtures/tcp-proxies.ts'
import { queueDepth, queueHead } from './queue-head.ts'
import { startReconciler } from './reconciler.ts'

/** Well below 15 seconds, the shortest time between two publications of a lead. */
const SOON_MS = 10_000

const stack = useStack()
const proxyTo = useTcpProxies()
const { names } = stack
const topology = { names, replicas: 1, keptInsights: 1_000 }
const nats = useNats()
const closers: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  await stack.sql`truncate leads, unsettled_leads`
  await ensureTriageConsumer(nats, { ...topology, ackWaitMs: 30_000 }) // without a worker: messages stay in the stream
  await (await manager()).streams.update(names.leadsStream, { max_msgs: -1 })
  await (await manager()).streams.purge(names.leadsStream)
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const manager = async () => jetstreamManager(await nats.first())

async function inStream(): Promise<number> {
  return (await (await manager()).streams.info(names.leadsStream)).state.messages
}

/** Leads of a minute ago whose intake was killed between commit and publish. */
async function commitWithoutPublishing(count: number, clientId = 'anonymous'): Promise<void> {
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, created_at)
    select gen_random_uuid(), ${clientId}, gen_random_uuid(), '\\x00', 'hello', ${contentHash('hello')},
           now() - interval '1 minute' + make_interval(secs => n / 1e5)
    from generate_series(1, ${count}) as n`
  await stack.sql`update reconciliation set early_at = 'epoch', late_at = 'epoch'`
}

const published = async () => (await stack.sql`select from unsettled_leads where published_at is not null`).length
const unpublished = async () => (await stack.sql`select from unsettled_leads where published_at is null`).length

/** Acks what is published, as a worker does, but stores no insight. */
async function settleLeads(onLead: (leadId: string) => void = () => undefined): Promise<void> {
  const consumer = await jetstream(await nats.first()).consumers.get(names.leadsStream, names.triageConsumer)
  const messages = await consumer.consume({
    callback: (message) => {
      onLead(leadIdOf(message.subject))
      message.ack()
    },
  })
  closers.push(() => messages.close())
}

/** @param beforeWork called after the reconciler has read the queue, before it publishes */
function start(connection: Nats, beforeWork: () => Promise<unknown> = async () => undefined) {
  const captured = captureLog()
  const reconciler = startReconciler({
    erase: async () => false,
    databaseUrl: stack.serviceUrls.intake,
    nats: connection,
    ensureStreams: () => ensureStreams(connection, topology),
    lostFiles: { noteRefusal: () => undefined, deleteIfLost: async () => undefined },
    queueHead: async () => {
      const head = await queueHead(connection, names)
      await beforeWork()
      return head
    },
    queueDepth: () => queueDepth(connection, names),
    names,
    log: captured.log,
    metrics: createMetrics('test'),
  })
  closers.push(() => reconciler.stop())
  return captured
}

test('a lead is published within seconds after NATS disconnected in three rounds in a row', {
  timeout: 60_000,
}, async () => {
  const proxy = await proxyTo(stack.natsUrl)
  const connection = connectNats({ url: proxy.url, name: `test-${randomUUID()}`, log: captureLog().log })
  closers.push(() => connection.close())
  await connection.first()
  let cuts = 0
  await commitWithoutPublishing(1)
  await stack.sql`insert into unsettled_leads (lead_id, check_at) select id, now() from leads`
  start(connection, async () => {
    const isDue = (await stack.sql`select from unsettled_leads where check_at <= now()`).length === 1
    if (!isDue || cuts === 3) return
    cuts += 1
    await proxy.cut()
    setTimeout(() => void proxy.heal(), 1_000) // after the end of the round
  })
  await eventually(() => cuts === 3, 45_000)
  await eventually(async () => (await inStream()) === 1, SOON_MS)
})

test('leads that a full stream rejected are published within seconds once it has room', {
  timeout: 60_000,
}, async () => {
  const streams = (await manager()).streams
  await streams.update(names.leadsStream, { max_msgs: 1 })
  await commitWithoutPublishing(10)
  const { text } = start(nats)
  await eventually(async () => (await inStream()) === 1 && text().includes('cannot publish all due leads'), 20_000)
  await streams.update(names.leadsStream, { max_msgs: -1 })
  await settleLeads()
  await eventually(async () => (await unpublished()) === 0, SOON_MS)
})

test('10,000 leads that wait are published and settled within seconds, without a long queue', {
  timeout: 60_000,
}, async () => {
  await commitWithoutPublishing(10_000)
  await settleLeads()
  start(nats)
  let longest = 0
  await eventually(async () => {
    longest = Math.max(longest, await inStream())
    return (await published()) === 10_000
  }, 2 * SOON_MS)
  expect(longest).toBeLessThan(5_000)
})

test('leads published to a deleted stream are republished at once, however often they were published before', async () => {
  await commitWithoutPublishing(2)
  start(nats)
  await eventually(async () => (await published()) === 2)
  await stack.sql`update unsettled_leads set publishes = 7, check_at = now() + interval '10 minutes'`
  await (await manager()).streams.delete(names.leadsStream)
  await ensureTriageConsumer(nats, { ...topology, ackWaitMs: 30_000 })
  await eventually(async () => (await inStream()) === 2, SOON_MS)
})

test('the leads of a client are published in turns with those of another that has ten times as many', async () => {
  await commitWithoutPublishing(200, 'noisy')
  await commitWithoutPublishing(20, 'quiet')
  const order: string[] = []
  start(nats)
  await settleLeads((leadId) => order.push(leadId))
  await eventually(() => order.length >= 100, SOON_MS)
  const rows = await stack.sql<{ id: string }[]>`select id from leads where client_id = 'quiet'`
  const quiet = new Set(rows.map(({ id }) => id))
  // the reconciler may have published some of the noisy client before it has seen those of the quiet one
  expect(order.slice(0, 80).filter((id) => quiet.has(id)).length).toBe(20)
})
