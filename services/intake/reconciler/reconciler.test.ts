import { randomUUID } from 'node:crypto'
import { jetstreamManager } from '@nats-io/jetstream'
import { afterEach, beforeEach, test } from 'vitest'
import { contentHash } from '../../../domain/lead.ts'
import type { Nats } from '../../../lib/jetstream/connect.ts'
import { connectNats } from '../../../lib/jetstream/connect.ts'
import { ensureStreams, ensureTriageConsumer } from '../../../lib/jetstream/topology.ts'
import { createMetrics } from '../../../lib/telemetry/metrics.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { useNats } from '../../../testkit/fixtures/nats.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../../../testkit/fixtures/tcp-proxies.ts'
import { queueHead } from './queue-head.ts'
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
async function commitWithoutPublishing(count: number): Promise<void> {
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, created_at)
    select gen_random_uuid(), 'anonymous', gen_random_uuid(), '\\x00', 'hello', ${contentHash('hello')},
           now() - interval '1 minute' + make_interval(secs => n / 1e5)
    from generate_series(1, ${count}) as n`
  await stack.sql`update reconciliation set early_at = 'epoch', late_at = 'epoch'`
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

test('10,000 leads that a full stream rejected are published within seconds once it has room', {
  timeout: 60_000,
}, async () => {
  const streams = (await manager()).streams
  await streams.update(names.leadsStream, { max_msgs: 500 })
  await commitWithoutPublishing(10_000)
  const { text } = start(nats)
  await eventually(async () => (await inStream()) === 500 && text().includes('cannot publish all due leads'), 20_000)
  const recorded = () => stack.sql`select from unsettled_leads`
  await eventually(async () => (await recorded()).length === 10_000, 20_000)
  await streams.update(names.leadsStream, { max_msgs: -1 })
  await eventually(async () => (await inStream()) === 10_000, SOON_MS)
})

test('leads published to a deleted stream are republished at once, however often they were published before', async () => {
  await commitWithoutPublishing(20)
  start(nats)
  await eventually(async () => (await stack.sql`select from unsettled_leads where publishes = 1`).length === 20)
  await stack.sql`update unsettled_leads set publishes = 7, check_at = now() + interval '10 minutes'`
  await (await manager()).streams.delete(names.leadsStream)
  await ensureTriageConsumer(nats, { ...topology, ackWaitMs: 30_000 })
  await eventually(async () => (await inStream()) === 20, SOON_MS)
})
