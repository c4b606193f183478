import { randomUUID } from 'node:crypto'
import type { JetStreamManager } from '@nats-io/jetstream'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { useNats } from '../../testkit/fixtures/nats.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../../testkit/fixtures/tcp-proxies.ts'
import { connectNats } from './connect.ts'
import { PullEnd, type PullRequest, startPull } from './pull.ts'
import { ensureTriageConsumer } from './topology.ts'

const stack = useStack()
const proxyTo = useTcpProxies()
const { names } = stack
const nats = useNats()
let connection: NatsConnection
let manager: JetStreamManager

beforeAll(async () => {
  connection = await nats.first()
  manager = await jetstreamManager(connection)
})
beforeEach(() => ensureTriageConsumer(nats, { names, replicas: 1, keptInsights: 1_000, ackWaitMs: 30_000 }))
afterAll(async () => {
  await Promise.all([names.leadsStream, names.insightsStream].map((stream) => manager.streams.delete(stream)))
})

function pull(over: Partial<PullRequest> = {}, from = connection) {
  const messages: string[] = []
  let activity = 0
  const started = startPull(from, {
    stream: names.leadsStream,
    consumer: names.triageConsumer,
    inboxPrefix: nats.inboxPrefix,
    batch: 10,
    expiresMs: 30_000,
    onMessage: (message) => {
      messages.push(message.string())
      message.respond('+ACK')
    },
    onActivity: () => {
      activity += 1
    },
    ...over,
  })
  return { ...started, messages, activity: () => activity }
}

async function publish(...texts: string[]): Promise<void> {
  for (const text of texts) await jetstream(connection).publish(names.leadReceived(randomUUID()), text)
}

const waitingPulls = async () => (await manager.consumers.info(names.leadsStream, names.triageConsumer)).num_waiting

test('a pull ends when the requested number of messages has arrived', async () => {
  await publish('1', '2', '3')
  const { ended, messages, activity } = pull({ batch: 2 })
  expect(await ended).toMatchObject({ end: PullEnd.Complete })
  expect(messages).toEqual(['1', '2'])
  expect(activity()).toBe(2)
  expect(await pull({ batch: 1 }).ended).toMatchObject({ end: PullEnd.Complete })
})

test('a pull ends when it expires, even with fewer messages', async () => {
  const { ended, messages, activity } = pull({ expiresMs: 300 })
  await publish('1')
  expect(await ended).toMatchObject({ end: PullEnd.Expired })
  expect(messages).toEqual(['1'])
  expect(activity()).toBe(2)
})

test('a stopped pull ends at once, delivers what was sent by then, and leaves no request at the server', async () => {
  const { ended, stop, messages } = pull()
  await publish('1', '2')
  stop()
  stop()
  expect(await ended).toMatchObject({ end: PullEnd.Stopped })
  expect(messages).toEqual(['1', '2'])
  await publish('3')
  const next = pull({ batch: 1 })
  expect(await next.ended).toMatchObject({ end: PullEnd.Complete })
  expect(next.messages).toEqual(['3'])
})

test('a pull ends soon after its consumer is deleted', async () => {
  const { ended } = pull()
  await eventually(async () => (await waitingPulls()) === 1)
  await manager.consumers.delete(names.leadsStream, names.triageConsumer)
  // nats-server reports it since about 2.9.10; older versions stop sending heartbeats
  expect([PullEnd.ConsumerGone, PullEnd.MissedHeartbeats]).toContain((await ended).end)
}, 15_000)

test('a pull that the server has lost ends when two heartbeats are missing', async () => {
  const subject = `$JS.API.CONSUMER.MSG.NEXT.${names.leadsStream}.unknown`
  const unanswered = connection.subscribe(subject, { callback: () => undefined }) // or newer servers reply with 503
  const startedAt = performance.now()
  const { ended, activity } = pull({ consumer: 'unknown' })
  expect(await ended).toMatchObject({ end: PullEnd.MissedHeartbeats })
  expect(performance.now() - startedAt).toBeGreaterThan(5_000)
  expect(activity()).toBe(0)
  unanswered.unsubscribe()
}, 20_000)

test('an abandoned pull ends once and delivers nothing more, even after a reconnect', async () => {
  const proxy = await proxyTo(stack.natsUrl)
  const unstable = connectNats({ url: proxy.url, name: 'unstable', log: captureLog().log })
  const from = await unstable.first()
  const { ended, abandon, messages } = pull({}, from)
  await eventually(async () => (await waitingPulls()) === 1)
  await proxy.cut()
  await eventually(() => unstable.up() === undefined)
  abandon(PullEnd.ConnectionLost, 'lost')
  abandon(PullEnd.Refused, 'again')
  expect(await ended).toEqual({ end: PullEnd.ConnectionLost, detail: 'lost' })
  await proxy.heal()
  await eventually(() => unstable.up())
  const successor = pull({ batch: 1 }, from)
  await publish('1')
  expect(await successor.ended).toMatchObject({ end: PullEnd.Complete })
  expect(successor.messages).toEqual(['1'])
  expect(messages).toEqual([])
  await unstable.close()
})
