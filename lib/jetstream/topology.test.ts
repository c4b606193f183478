import { randomUUID } from 'node:crypto'
import type { JetStreamManager } from '@nats-io/jetstream'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import { afterEach, beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { useNats } from '../../testkit/fixtures/nats.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { connectNats } from './connect.ts'
import { isMissing } from './declare.ts'
import { isAtLeast } from './server-version.ts'
import { declareStreams, ensureStreams, ensureTriageConsumer } from './topology.ts'

const { names } = useStack()
const nats = useNats()
const topology = { names, replicas: 1, keptInsights: 1_000, ackWaitMs: 30_000 }
let manager: JetStreamManager

beforeAll(async () => {
  manager = await jetstreamManager(await nats.first())
})
afterEach(async () => {
  await Promise.all([names.leadsStream, names.insightsStream].map(deleteStream))
})

async function deleteStream(stream: string): Promise<void> {
  await manager.streams.delete(stream).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
}
const streamConfig = async (stream: string) => (await manager.streams.info(stream)).config
const consumerConfig = async () => (await manager.consumers.info(names.leadsStream, names.triageConsumer)).config
const wholeTopology = () =>
  Promise.all([streamConfig(names.leadsStream), streamConfig(names.insightsStream), consumerConfig()])

test('LEADS is a work queue with one message per lead; INSIGHTS is limited by age and number of events', async () => {
  await ensureStreams(nats, topology)
  expect(await streamConfig(names.leadsStream)).toMatchObject({
    subjects: [names.leadsSubjects],
    retention: 'workqueue',
    storage: 'file',
    max_msgs_per_subject: 1,
    discard: 'new',
    discard_new_per_subject: true,
    duplicate_window: nanos(120_000),
    num_replicas: 1,
  })
  expect(await streamConfig(names.insightsStream)).toMatchObject({
    subjects: [names.insightsSubjects],
    retention: 'limits',
    storage: 'file',
    max_age: nanos(7 * 24 * 3_600_000),
    max_msgs: 1_000,
    discard: 'old',
    duplicate_window: nanos(120_000),
  })
})

test('INSIGHTS removes its oldest events for new ones and reserves no disk space', async () => {
  await ensureStreams(nats, { ...topology, keptInsights: 3 })
  const stream = jetstream(await nats.first())
  const subjects = [1, 2, 3, 4, 5].map(() => names.insightReady(randomUUID()))
  for (const subject of subjects) await stream.publish(subject, 'event')
  const { state, config } = await manager.streams.info(names.insightsStream, { subjects_filter: '>' })
  expect(Object.keys(state.subjects ?? {}).sort()).toEqual(subjects.slice(2).sort())
  expect(config.max_bytes).toBe(-1)
})

test('the triage consumer requires explicit acks and redelivers without a limit', async () => {
  await ensureTriageConsumer(nats, topology)
  const config = await consumerConfig()
  expect(config).toMatchObject({
    ack_policy: 'explicit',
    max_deliver: -1,
    ack_wait: nanos(30_000),
    max_ack_pending: 16_384,
  })
  expect(config.backoff ?? []).toEqual([])
})

test('declaring twice changes nothing and loses no message', async () => {
  await ensureTriageConsumer(nats, topology)
  const declared = await wholeTopology()
  await jetstream(await nats.first()).publish(names.leadReceived(randomUUID()), 'kept')
  await ensureTriageConsumer(nats, topology)
  expect(await wholeTopology()).toEqual(declared)
  expect((await manager.streams.info(names.leadsStream)).state.messages).toBe(1)
})

test('a changed setting is restored, and a new value takes effect', async () => {
  await ensureTriageConsumer(nats, topology)
  const declared = await wholeTopology()
  await manager.streams.update(names.leadsStream, { duplicate_window: nanos(1_000), max_msgs_per_subject: 5 })
  await manager.streams.update(names.insightsStream, { max_age: nanos(60_000_000) })
  await ensureTriageConsumer(nats, topology)
  expect(await wholeTopology()).toEqual(declared)
  await ensureTriageConsumer(nats, { ...topology, ackWaitMs: 5_000 })
  expect((await consumerConfig()).ack_wait).toBe(nanos(5_000))
})

test('concurrent declarations all succeed', async () => {
  await Promise.all(Array.from({ length: 10 }, () => ensureTriageConsumer(nats, topology)))
  await ensureTriageConsumer(nats, topology)
})

/** Records requests to create the stream or consumer of this file. */
async function recordCreations(): Promise<string[]> {
  const connection = await nats.first()
  const requests: string[] = []
  for (const what of ['STREAM.CREATE', 'CONSUMER.CREATE']) {
    const subject = what === 'STREAM.CREATE' ? names.leadsStream : `${names.leadsStream}.${names.triageConsumer}`
    const subscription = connection.subscribe(`$JS.API.${what}.${subject}`, {
      callback: () => void requests.push(what),
    })
    onTestFinished(() => subscription.unsubscribe())
  }
  await connection.flush()
  return requests
}

test('of two processes that find the stream missing, one creates it and the consumer', async () => {
  const creations = await recordCreations()
  const other = connectNats({ url: inject('servers').natsUrl, name: 'other', log: captureLog().log })
  onTestFinished(() => other.close())
  await other.first()
  await Promise.all([
    ensureTriageConsumer(nats, topology, { stream: () => 10, consumer: () => 10 }),
    ensureTriageConsumer(other, topology, { stream: () => 1_000, consumer: () => 1_000 }),
  ])
  expect(creations).toEqual(['STREAM.CREATE', 'CONSUMER.CREATE'])
})

test('two processes that create the stream simultaneously both succeed with their settings', async () => {
  const other = connectNats({ url: inject('servers').natsUrl, name: 'other', log: captureLog().log })
  onTestFinished(() => other.close())
  await other.first()
  const atOnce = { stream: () => 0, consumer: () => 0 }
  for (let round = 0; round < 5; round += 1) {
    await Promise.all([nats, other].map((each) => ensureTriageConsumer(each, topology, atOnce)))
    expect((await consumerConfig()).ack_wait).toBe(nanos(topology.ackWaitMs))
    await deleteStream(names.leadsStream)
  }
})

test('an ack for a message of a deleted stream does not affect the new stream', async ({ skip }) => {
  const connection = await nats.first()
  skip(!isAtLeast(connection.info?.version, '2.10.0'), 'this nats-server starts every stream at sequence 1')
  const stream = jetstream(connection)
  const pullOne = async () => {
    const consumer = await stream.consumers.get(names.leadsStream, names.triageConsumer)
    return consumer.next({ expires: 5_000 })
  }
  await ensureTriageConsumer(nats, topology)
  await stream.publish(names.leadReceived(randomUUID()), 'old')
  const old = await pullOne()
  await manager.streams.delete(names.leadsStream)
  await ensureTriageConsumer(nats, topology)
  await stream.publish(names.leadReceived(randomUUID()), 'new')
  const current = await pullOne()
  old?.ack()
  await connection.flush()
  expect(current?.seq).toBeGreaterThan(old?.seq ?? 0)
  expect((await manager.streams.info(names.leadsStream)).state.messages).toBe(1)
  expect(await current?.ackAck()).toBe(true)
  expect((await manager.streams.info(names.leadsStream)).state.messages).toBe(0)
})

test('a service that starts without NATS continues after the timeout and declares once connected', async () => {
  const connected = Promise.withResolvers<void>()
  const late = { ...nats, first: () => connected.promise.then(() => nats.first()) }
  await declareStreams({ nats: late, topology, timeoutMs: 20, log: captureLog().log })
  await expect(streamConfig(names.leadsStream)).rejects.toThrow('stream not found')
  connected.resolve()
  // both, or the declaration in the background would recreate a stream after this test
  const streams = [names.leadsStream, names.insightsStream]
  await eventually(() => Promise.all(streams.map(streamConfig)))
  await Promise.all(streams.map(deleteStream))
  await declareStreams({ nats: late, topology, timeoutMs: 10_000, log: captureLog().log })
  expect(await streamConfig(names.insightsStream)).toMatchObject({ name: names.insightsStream })
})

test('failed declarations are logged with throttling, and retries end when the connection is closed', async () => {
  const connection = connectNats({ url: inject('servers').natsUrl, name: 'test', log: captureLog().log })
  let attempts = 0
  const counted = {
    ...connection,
    first: () => {
      attempts += 1
      return connection.first()
    },
  }
  const { log, entries } = captureLog()
  const impossible = { ...topology, replicas: 3 } // on a server without a cluster
  const declared = declareStreams({ nats: counted, topology: impossible, timeoutMs: 3_600_000, log })
  await eventually(() => attempts > 3)
  await connection.close()
  await declared
  expect(entries()).toMatchObject([{ level: 40, msg: 'cannot declare the streams; retrying' }])
})
