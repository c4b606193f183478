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
import { attemptsInMemory } from '../../../testkit/fakes.ts'
import { type OwnNats, startMutedNats, startOwnNats } from '../../../testkit/fixtures/nats.ts'
import { SnoozeError } from '../../mailbox/failure.ts'
import type { MailboxOptions } from '../../mailbox/mailbox.ts'
import { createMailbox } from '../../mailbox/mailbox.ts'
import { createMetrics } from '../../telemetry/metrics.ts'
import { connectNats, type Nats } from '../connect.ts'
import { jetStreamNames } from '../names.ts'
import { isAtLeast } from '../server-version.ts'
import { ensureTriageConsumer } from '../topology.ts'
import { consumerResponds } from './queue-snapshot.ts'
import { createWatchdog } from './watchdog.ts'

// on a separate server, whose files are removed
const names = jetStreamNames()
const ACK_WAIT_MS = 5_000
/** Short intervals between snapshots. */
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
  const withHeader = headers() // like every lead
  withHeader.set('traceparent', 'the trace')
  for (const text of texts) await stream.publish(names.leadReceived(randomUUID()), text, { headers: withHeader })
}

/** The mailbox and watchdog of a worker. */
function startWorker(options: Partial<MailboxOptions<string>> = {}, waitMs = 0) {
  const texts: string[] = []
  const metrics = createMetrics('test')
  const { log, entries } = captureLog()
  const connection = options.nats ?? nats
  const queue = { nats: connection, stream: names.leadsStream, consumer: names.triageConsumer, log, metrics }
  const watchdog = createWatchdog({
    ...queue,
    onReplaced: (created) => mailbox.pullAgain(created),
    timing: { ...TIMING, waitMs: () => waitMs },
  })
  const mailbox = createMailbox({
    ...queue,
    ensureTopology: () => ensureTriageConsumer(connection, topology, noDelays),
    onPullEnd: watchdog.notePullEnd,
    ackWaitMs: ACK_WAIT_MS,
    maxInFlight: 10,
    maxDeliveries: 5,
    decode: ({ data }) => Buffer.from(data).toString(),
    attemptTracker: attemptsInMemory(),
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
  const warnings = () => entries().filter(({ part, level }) => part === 'watchdog' && level > 20)
  const count = async (name: string, reason: string) =>
    Number(new RegExp(`^${name}\\{reason="${reason}".*\\} (\\d+)$`, 'm').exec((await metrics.render()).body)?.[1])
  return { mailbox, watchdog, texts, warnings, count }
}

const CONSUMERS = 'leadtriage_consumer_recreations_total'
const STREAMS = 'leadtriage_stream_recreations_total'

describe('recreates', () => {
  test('the stream if the server cannot read its messages', async ({ skip }) => {
    await rm(streamDir(), { recursive: true })
    await publish('lost')
    const { created, state } = await streamInfo()
    const readable = await manager.streams.getMessage(names.leadsStream, { seq: state.first_seq })
    skip(readable !== null, 'this nats-server keeps the messages in memory')
    const { count, texts, warnings } = startWorker()
    await eventually(async () => (await streamInfo()).created !== created)
    await eventually(async () => (await count(STREAMS, 'unreadable_messages')) === 1)
    await eventually(consumerInfo)
    await publish('published again')
    await eventually(() => texts.length > 0)
    expect(texts).toEqual(['published again'])
    expect(warnings()).toMatchObject([{ level: 50, reason: 'unreadable_messages', messages: 1 }])
  })

  test('the consumer if it does not respond, and the worker receives from the next one', async () => {
    const muted = await startMutedNats(server.url)
    const viaMuted = connectNats({ url: muted.url, name: 'muted', log: captureLog().log })
    ending.push(() => viaMuted.close())
    await publish('lead')
    const { created } = await consumerInfo()
    const { count, texts } = startWorker({ nats: viaMuted })
    await eventually(async () => (await consumerInfo()).created !== created, 25_000)
    muted.muted = false
    await eventually(() => texts.length > 0, 25_000)
    expect(texts).toEqual(['lead'])
    expect(await count(CONSUMERS, 'consumer_mute')).toBe(1)
  }, 60_000)

  test('the consumer if it considers undelivered messages delivered', async () => {
    await recreateAtOne()
    await publish('1', '2', '3')
    const first = startWorker()
    await eventually(() => first.texts.length === 3)
    await eventually(async () => (await consumerInfo()).ack_floor.stream_seq === 3) // acks are sent without waiting
    for (const end of ending.splice(0).reverse()) await end()
    await restart(() => cp(join(streamDir(), 'obs'), join(server.directory, 'saved'), { recursive: true }))
    await recreateAtOne()
    await publish('1', '2', '3')
    // the consumer's earlier state, in which all messages are acknowledged
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

  test('the consumer once if several workers have the same finding, and the stream if that did not help', async () => {
    const muted = await startMutedNats(server.url)
    await publish('lead')
    const { created } = await streamInfo()
    const workers: ReturnType<typeof startWorker>[] = []
    for (const waitMs of [0, 2_000, 4_000]) {
      const viaMuted = connectNats({ url: muted.url, name: `after-${waitMs}`, log: captureLog().log })
      ending.push(() => viaMuted.close())
      workers.push(startWorker({ nats: viaMuted }, waitMs))
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

describe('does not touch', () => {
  /** Fails if the stream or the consumer is deleted within `watchMs`. */
  async function staysQuiet(worker: ReturnType<typeof startWorker>, watchMs = QUIET_MS) {
    const created = [(await streamInfo()).created, (await consumerInfo()).created]
    await once(AbortSignal.timeout(watchMs), 'abort')
    expect([(await streamInfo()).created, (await consumerInfo()).created]).toEqual(created)
    expect(worker.warnings()).toEqual([])
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

  test('a slow message while a pull is waiting', async () => {
    const worker = startWorker({
      handle: (_delivery, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    })
    await publish('slow')
    await eventually(async () => (await consumerInfo()).num_ack_pending === 1)
    await staysQuiet(worker)
  })

  test('messages that wait for a retry', async () => {
    const worker = startWorker({
      handle: async () => {
        throw new SnoozeError('busy', 20_000)
      },
    })
    await publish('1', '2', '3')
    await eventually(async () => (await consumerInfo()).num_ack_pending === 3)
    await staysQuiet(worker)
  })

  test('a backlog that is processed slowly', async () => {
    await publish(...Array.from({ length: 100 }, (_, i) => String(i)))
    const worker = startWorker({ maxInFlight: 2, handle: () => sleep(100) })
    await eventually(() => worker.texts.length > 5)
    await staysQuiet(worker)
  })

  test('a server that was frozen', async () => {
    const worker = startWorker()
    await publish('before')
    await eventually(() => worker.texts.includes('before'))
    await server.freeze()
    await once(AbortSignal.timeout(10_000), 'abort') // longer than the timeout for heartbeats
    await server.unfreeze()
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

test('memory does not grow with the number of snapshots', async () => {
  const [warmUp, measured] = [500, 3_000]
  const { promise: warm, resolve: isWarm } = Promise.withResolvers<void>()
  const { promise: over, resolve: isOver } = Promise.withResolvers<void>()
  let snapshots = 0
  const disconnected = () => {
    snapshots += 1
    if (snapshots === warmUp) isWarm()
    if (snapshots === warmUp + measured) isOver()
    return undefined
  }
  const watchdog = createWatchdog({
    nats: { ...nats, up: disconnected },
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

test('a frozen server does not block the watchdog', async () => {
  const connection = await nats.first()
  await server.freeze()
  ending.push(() => server.unfreeze())
  const probe = () => consumerResponds(connection, nats.inboxPrefix, names.leadsStream, names.triageConsumer)
  // after SIGSTOP the process may still respond for a moment
  await eventually(async () => !(await probe().catch(() => false)))
  await expect(probe()).rejects.toThrow('nats-server does not respond')
}, 20_000)

/** Recreates the stream with first sequence 1, like a server that does not support another one. */
async function recreateAtOne(): Promise<void> {
  const { first_seq: _, ...config } = (await streamInfo()).config
  await manager.streams.delete(names.leadsStream)
  await manager.streams.add(config)
  await ensureTriageConsumer(nats, topology, noDelays)
}
