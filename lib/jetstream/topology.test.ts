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

test('the stream of leads is a work queue that takes one message per lead; that of insights keeps seven days and no more than so many', async () => {
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

test('the stream of insights lets its oldest go for new ones, and reserves none of the disk', async () => {
  await ensureStreams(nats, { ...topology, keptInsights: 3 })
  const stream = jetstream(await nats.first())
  const subjects = [1, 2, 3, 4, 5].map(() => names.insightReady(randomUUID()))
  for (const subject of subjects) await stream.publish(subject, 'event')
  const { state, config } = await manager.streams.info(names.insightsStream, { subjects_filter: '>' })
  expect(Object.keys(state.subjects ?? {}).sort()).toEqual(subjects.slice(2).sort())
  expect(config.max_bytes).toBe(-1)
})

test('the consumer of triage acknowledges each message and never gives one up by itself', async () => {
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

test('a setting that differs is brought back, and a new one takes effect', async () => {
  await ensureTriageConsumer(nats, topology)
  const declared = await wholeTopology()
  await manager.streams.update(names.leadsStream, { duplicate_window: nanos(1_000), max_msgs_per_subject: 5 })
  await manager.streams.update(names.insightsStream, { max_age: nanos(60_000_000) })
  await ensureTriageConsumer(nats, topology)
  expect(await wholeTopology()).toEqual(declared)
  await ensureTriageConsumer(nats, { ...topology, ackWaitMs: 5_000 })
  expect((await consumerConfig()).ack_wait).toBe(nanos(5_000))
})

test('declaring from many places at once ends well for all', async () => {
  await Promise.all(Array.from({ length: 10 }, () => ensureTriageConsumer(nats, topology)))
  await ensureTriageConsumer(nats, topology)
})

/** Hears every request to create a stream or a consumer of this file. */
async function hearCreations(): Promise<string[]> {
  const connection = await nats.first()
  const heard: string[] = []
  for (const what of ['STREAM.CREATE', 'CONSUMER.CREATE']) {
    const subject = what === 'STREAM.CREATE' ? names.leadsStream : `${names.leadsStream}.${names.triageConsumer}`
    const subscription = connection.subscribe(`$JS.API.${what}.${subject}`, { callback: () => void heard.push(what) })
    onTestFinished(() => subscription.unsubscribe())
  }
  await connection.flush()
  return heard
}

test('of two processes that miss the stream at the same moment one creates it and the consumer', async () => {
  const creations = await hearCreations()
  const other = connectNats({ url: inject('servers').natsUrl, name: 'other', log: captureLog().log })
  onTestFinished(() => other.close())
  await other.first()
  await Promise.all([
    ensureTriageConsumer(nats, topology, { stream: () => 10, consumer: () => 10 }),
    ensureTriageConsumer(other, topology, { stream: () => 1_000, consumer: () => 1_000 }),
  ])
  expect(creations).toEqual(['STREAM.CREATE', 'CONSUMER.CREATE'])
})

test('two processes that create the stream at the very same moment both find it as they want it', async () => {
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

test('an ack for a message of a deleted stream leaves the messages of the new one alone', async ({ skip }) => {
  const connection = await nats.first()
  skip(!isAtLeast(connection.info?.version, '2.10.0'), 'this nats-server begins every stream at sequence 1')
  const stream = jetstream(connection)
  const take = async () => {
    const consumer = await stream.consumers.get(names.leadsStream, names.triageConsumer)
    return consumer.next({ expires: 5_000 })
  }
  await ensureTriageConsumer(nats, topology)
  await stream.publish(names.leadReceived(randomUUID()), 'old')
  const old = await take()
  await manager.streams.delete(names.leadsStream)
  await ensureTriageConsumer(nats, topology)
  await stream.publish(names.leadReceived(randomUUID()), 'new')
  const taken = await take()
  old?.ack()
  await connection.flush()
  expect(taken?.seq).toBeGreaterThan(old?.seq ?? 0)
  expect((await manager.streams.info(names.leadsStream)).state.messages).toBe(1)
  expect(await taken?.ackAck()).toBe(true)
  expect((await manager.streams.info(names.leadsStream)).state.messages).toBe(0)
})

test('a service that starts while NATS is away goes on after its patience, and declares as soon as it can', async () => {
  const here = Promise.withResolvers<void>()
  const late = { ...nats, first: () => here.promise.then(() => nats.first()) }
  await declareStreams({ nats: late, topology, timeoutMs: 20, log: captureLog().log })
  await expect(streamConfig(names.leadsStream)).rejects.toThrow('stream not found')
  here.resolve()
  await declareStreams({ nats: late, topology, timeoutMs: 10_000, log: captureLog().log })
  expect(await streamConfig(names.insightsStream)).toMatchObject({ name: names.insightsStream })
})

test('declaring that cannot succeed is logged once in a while, and ends with the connection', async () => {
  const connection = connectNats({ url: inject('servers').natsUrl, name: 'test', log: captureLog().log })
  let tries = 0
  const counted = {
    ...connection,
    first: () => {
      tries += 1
      return connection.first()
    },
  }
  const { log, entries } = captureLog()
  const impossible = { ...topology, replicas: 3 } // of a server that stands alone
  const declared = declareStreams({ nats: counted, topology: impossible, timeoutMs: 3_600_000, log })
  await eventually(() => tries > 3)
  await connection.close()
  await declared
  expect(entries()).toMatchObject([{ level: 40, msg: 'cannot declare the streams; trying on' }])
})
