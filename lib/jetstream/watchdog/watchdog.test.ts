import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JetStreamManager } from '@nats-io/jetstream'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { headers } from '@nats-io/transport-node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { captureLog } from '../../../testkit/captured-log.ts'
import { collectGarbage } from '../../../testkit/collect-garbage.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { attemptsInMemory } from '../../../testkit/fakes/attempts-in-memory.ts'
import { startMutedNats } from '../../../testkit/fixtures/muted-nats.ts'
import { type OwnNats, startOwnNats } from '../../../testkit/fixtures/own-nats.ts'
import { SnoozeError } from '../../mailbox/failure.ts'
import type { MailboxOptions } from '../../mailbox/mailbox.ts'
import { createMailbox } from '../../mailbox/mailbox.ts'
import { createMetrics } from '../../telemetry/metrics.ts'
import { connectNats, type Nats } from '../connect.ts'
import { jetStreamNames } from '../names.ts'
import { isAtLeast } from '../server-version.ts'
import { ensureTriageConsumer } from '../topology.ts'
import { consumerAnswers } from './look.ts'
import { createWatchdog } from './watchdog.ts'

// on a server of this file's own, whose files are taken away
const names = jetStreamNames()
const ACK_WAIT_MS = 5_000
/** Quick looks, so that a test need not wait for slow ones. */
const TIMING = { calmMs: 100, alertMs: 100 }
const topology = { names, replicas: 1, keptInsights: 1_000, ackWaitMs: ACK_WAIT_MS }
const noDelays = { stream: () => 0, consumer: () => 0 }

let server: OwnNats
let nats: Nats
let manager: JetStreamManager
let ending: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  server = await startOwnNats()
  await connect()
  await ensureTriageConsumer(nats, topology, noDelays)
})
afterEach(async () => {
  for (const end of ending.reverse()) await end()
  ending = []
  await nats.close()
  await server.stop()
})

async function connect(): Promise<void> {
  nats = connectNats({ url: server.url, name: 'test', log: captureLog().log })
  manager = await jetstreamManager(await nats.first())
}

async function restart(whileStopped: () => Promise<unknown>): Promise<void> {
  await nats.close()
  await server.restart(whileStopped)
  await connect()
}

const streamDir = () => server.streamDir(names.leadsStream)
const consumerInfo = () => manager.consumers.info(names.leadsStream, names.triageConsumer)
const streamInfo = () => manager.streams.info(names.leadsStream)

async function publish(...texts: string[]): Promise<void> {
  const stream = jetstream(await nats.first())
  const withHeader = headers() // as every lead has
  withHeader.set('traceparent', 'the trace')
  for (const text of texts) await stream.publish(names.leadReceived(randomUUID()), text, { headers: withHeader })
}

/** A mailbox with its watchdog, as a worker has them. */
function startWorker(options: Partial<MailboxOptions<string>> = {}, waitMs = 0) {
  const texts: string[] = []
  const metrics = createMetrics('test')
  const { log, entries } = captureLog()
  const ours = options.nats ?? nats
  const queue = { nats: ours, stream: names.leadsStream, consumer: names.triageConsumer, log, metrics }
  const watchdog = createWatchdog({
    ...queue,
    onReplaced: (created) => mailbox.pullAgain(created),
    timing: { ...TIMING, waitMs: () => waitMs },
  })
  const mailbox = createMailbox({
    ...queue,
    ensureTopology: () => ensureTriageConsumer(ours, topology, noDelays),
    onPullEnd: watchdog.notePullEnd,
    ackWaitMs: ACK_WAIT_MS,
    maxInFlight: 10,
    maxDeliveries: 5,
    decode: ({ data }) => Buffer.from(data).toString(),
    attempts: attemptsInMemory(),
    deadLetter: async () => undefined,
    ...options,
    handle: async (delivery, signal) => {
      await options.handle?.(delivery, signal)
      texts.push(delivery.event)
    },
  })
  mailbox.start()
  watchdog.start()
  ending.push(() => mailbox.drain(0))
  ending.push(() => watchdog.stop())
  const said = () => entries().filter(({ part, level }) => part === 'watchdog' && level > 20)
  const count = async (name: string, reason: string) =>
    Number(new RegExp(`^${name}\\{reason="${reason}".*\\} (\\d+)$`, 'm').exec((await metrics.render()).body)?.[1])
  return { mailbox, watchdog, texts, said, count }
}

const CONSUMERS = 'leadtriage_consumer_recreations_total'
const STREAMS = 'leadtriage_stream_recreations_total'

describe('recreates', () => {
  test('the stream, when the server cannot read its messages', async ({ skip }) => {
    await rm(streamDir(), { recursive: true })
    await publish('lost')
    const { created, state } = await streamInfo()
    const readable = await manager.streams.getMessage(names.leadsStream, { seq: state.first_seq })
    skip(readable !== null, 'this nats-server keeps the messages in memory')
    const { count, texts, said } = startWorker()
    await eventually(async () => (await streamInfo()).created !== created)
    await eventually(async () => (await count(STREAMS, 'unreadable_messages')) === 1)
    await eventually(consumerInfo)
    await publish('published again')
    await eventually(() => texts.length > 0)
    expect(texts).toEqual(['published again'])
    expect(said()).toMatchObject([{ level: 50, reason: 'unreadable_messages', messages: 1 }])
  })

  test('the consumer, when it answers nothing, and a worker hears the next one', async () => {
    const muted = await startMutedNats(server.url)
    const deaf = connectNats({ url: muted.url, name: 'deaf', log: captureLog().log })
    ending.push(() => deaf.close())
    await publish('lead')
    const { created } = await consumerInfo()
    const { count, texts } = startWorker({ nats: deaf })
    await eventually(async () => (await consumerInfo()).created !== created, 25_000)
    muted.muted = false
    await eventually(() => texts.length > 0, 25_000)
    expect(texts).toEqual(['lead'])
    expect(await count(CONSUMERS, 'consumer_mute')).toBe(1)
  }, 60_000)

  test('the consumer, when it takes messages for delivered that are not', async () => {
    await recreateAtOne()
    await publish('1', '2', '3')
    const first = startWorker()
    await eventually(() => first.texts.length === 3)
    for (const end of ending.splice(0).reverse()) await end()
    await restart(() => cp(join(streamDir(), 'obs'), join(server.directory, 'saved'), { recursive: true }))
    await recreateAtOne()
    await publish('1', '2', '3')
    // the state of the consumer before: that all are acknowledged
    await restart(() => cp(join(server.directory, 'saved'), join(streamDir(), 'obs'), { recursive: true }))
    const { num_pending: pending, num_ack_pending: inFlight } = await consumerInfo()
    expect({ pending, inFlight, messages: (await streamInfo()).state.messages }).toEqual({
      pending: 0,
      inFlight: 0,
      messages: 3,
    })
    const { texts, count } = startWorker()
    await eventually(() => texts.length === 3, 20_000)
    expect(texts.toSorted()).toEqual(['1', '2', '3'])
    expect(await count(CONSUMERS, 'skipped_messages')).toBe(1)
  }, 60_000)

  test('the consumer once, when several workers find the same, and the stream when that did not help', async () => {
    const muted = await startMutedNats(server.url)
    await publish('lead')
    const { created } = await streamInfo()
    const workers: ReturnType<typeof startWorker>[] = []
    for (const waitMs of [0, 2_000, 4_000]) {
      const deaf = connectNats({ url: muted.url, name: `after-${waitMs}`, log: captureLog().log })
      ending.push(() => deaf.close())
      workers.push(startWorker({ nats: deaf }, waitMs))
    }
    const sum = async (name: string) => {
      const counts = await Promise.all(workers.map(({ count }) => count(name, 'consumer_mute')))
      return counts.reduce((total, count) => total + count, 0)
    }
    await eventually(async () => (await sum(CONSUMERS)) > 0, 25_000)
    await eventually(async () => (await sum(STREAMS)) > 0, 25_000)
    expect([await sum(CONSUMERS), await sum(STREAMS)]).toEqual([1, 1])
    muted.muted = false
    await eventually(async () => (await streamInfo()).created !== created)
    await eventually(consumerInfo)
    await publish('published again')
    await eventually(() => workers.some(({ texts }) => texts.includes('published again')), 25_000)
  }, 90_000)
})

/** Long enough for every finding, at the timing of these tests. */
const QUIET_MS = 3_000

describe('leaves alone', () => {
  /** Watches for a while; fails when a stream or a consumer is deleted meanwhile. */
  async function staysQuiet(worker: ReturnType<typeof startWorker>, watchMs = QUIET_MS) {
    const created = [(await streamInfo()).created, (await consumerInfo()).created]
    await once(AbortSignal.timeout(watchMs), 'abort')
    expect([(await streamInfo()).created, (await consumerInfo()).created]).toEqual(created)
    expect(worker.said()).toEqual([])
  }

  test('an idle queue', async () => {
    await staysQuiet(startWorker())
  })

  test('a backlog whose messages are all held', async () => {
    await publish(...Array.from({ length: 50 }, (_, i) => String(i)))
    const worker = startWorker({
      handle: (_delivery, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    })
    await eventually(async () => (await consumerInfo()).num_ack_pending > 0)
    await staysQuiet(worker)
  })

  test('one message that takes long, while a pull waits', async () => {
    const worker = startWorker({
      handle: (_delivery, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    })
    await publish('slow')
    await eventually(async () => (await consumerInfo()).num_ack_pending === 1)
    await staysQuiet(worker)
  })

  test('messages that wait for another try', async () => {
    const worker = startWorker({
      handle: async () => {
        throw new SnoozeError('busy', 20_000)
      },
    })
    await publish('1', '2', '3')
    await eventually(async () => (await consumerInfo()).num_ack_pending === 3)
    await staysQuiet(worker)
  })

  test('a backlog that is worked on slowly', async () => {
    await publish(...Array.from({ length: 100 }, (_, i) => String(i)))
    const worker = startWorker({ maxInFlight: 2, handle: () => sleep(100) })
    await eventually(() => worker.texts.length > 5)
    await staysQuiet(worker)
  })

  test('a server that was frozen', async () => {
    const worker = startWorker()
    await publish('before')
    await eventually(() => worker.texts.includes('before'))
    server.signal('SIGSTOP')
    await once(AbortSignal.timeout(10_000), 'abort') // longer than a pull waits for its heartbeats
    server.signal('SIGCONT')
    await publish('after')
    await eventually(() => worker.texts.includes('after'), 20_000)
    await staysQuiet(worker)
  }, 60_000)

  test('a consumer that an operator has paused', async ({ skip }) => {
    skip(!isAtLeast((await nats.first()).info?.version, '2.11.0'), 'this nats-server cannot pause consumers')
    await manager.consumers.pause(names.leadsStream, names.triageConsumer, new Date(Date.now() + 3_600_000))
    await publish('1', '2')
    await staysQuiet(startWorker())
  })
})

test('keeps no memory of its looks', async () => {
  const [warmUp, measured] = [500, 3_000]
  const { promise: warm, resolve: isWarm } = Promise.withResolvers<void>()
  const { promise: over, resolve: isOver } = Promise.withResolvers<void>()
  let looks = 0
  const away = () => {
    looks += 1
    if (looks === warmUp) isWarm()
    if (looks === warmUp + measured) isOver()
    return undefined
  }
  const watchdog = createWatchdog({
    nats: { ...nats, up: away },
    stream: names.leadsStream,
    consumer: names.triageConsumer,
    onReplaced: () => undefined,
    log: captureLog().log,
    metrics: createMetrics('test'),
    timing: { calmMs: 0, alertMs: 0, waitMs: () => 0 },
  })
  watchdog.start()
  ending.push(() => watchdog.stop())
  await warm
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  await over
  collectGarbage()
  expect((process.memoryUsage().heapUsed - before) / measured).toBeLessThan(100) // bytes
}, 60_000)

test('a server that is frozen does not keep it from stopping', async () => {
  const connection = await nats.first()
  server.signal('SIGSTOP')
  ending.push(async () => server.signal('SIGCONT'))
  const ask = () => consumerAnswers(connection, nats.inboxPrefix, names.leadsStream, names.triageConsumer)
  // a process that was told to stop may still answer for a moment
  await eventually(async () => !(await ask().catch(() => false)))
  await expect(ask()).rejects.toThrow('the server does not answer')
}, 20_000)

/** As a server has it that cannot start a stream at another sequence. */
async function recreateAtOne(): Promise<void> {
  const { first_seq: _, ...config } = (await streamInfo()).config
  await manager.streams.delete(names.leadsStream)
  await manager.streams.add(config)
  await ensureTriageConsumer(nats, topology, noDelays)
}
