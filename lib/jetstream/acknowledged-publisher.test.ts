import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { beforeAll, describe, expect, test } from 'vitest'
import { useNats } from '../../testkit/fixtures/nats.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { createAcknowledgedPublisher } from './acknowledged-publisher.ts'
import type { OutgoingMessage } from './reply-inbox.ts'
import { ensureStreams } from './topology.ts'

const { names, namespace } = useStack()
const nats = useNats()
const publisher = createAcknowledgedPublisher(nats)

beforeAll(() => ensureStreams(nats, { names, replicas: 1, keptInsights: 1_000 }))

const message = (part: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  subject: names.leadReceived(randomUUID()),
  payload: Buffer.from('payload'),
  messageId: randomUUID(),
  traceparent: 'the trace',
  ...part,
})

describe('an acknowledged publish', () => {
  test('times out when no reply arrives, also after an earlier publish was acknowledged', async () => {
    const timeoutMs = 2_000
    const timingOut = createAcknowledgedPublisher(nats, timeoutMs)
    const unanswered = `unanswered.${randomUUID()}`
    const connection = await nats.first()
    connection.subscribe(unanswered, { callback: () => undefined }) // otherwise the server replies "no responders"
    await timingOut.publish(message({ subject: names.insightReady(randomUUID()) }))
    await once(AbortSignal.timeout(timeoutMs / 2), 'abort') // half of the timeout of the first
    const published = timingOut.publish(message({ subject: unanswered }))
    const late = sleep(1.4 * timeoutMs, 'late') // on the same event loop: a stall delays both timers
    await expect(Promise.race([published, late])).rejects.toThrow('did not acknowledge the message in time')
  })

  test('resolves when the stream has the message', async () => {
    const sent = message({ subject: names.insightReady(randomUUID()), payload: Buffer.from('x') })
    await publisher.publish(sent)
    const manager = await jetstreamManager(await nats.first())
    const stored = await manager.streams.getMessage(names.insightsStream, { last_by_subj: sent.subject })
    expect(stored?.header.get('Nats-Msg-Id')).toBe(sent.messageId)
  })

  test('resolves when the stream already has the message, which is stored once', async () => {
    const sent = message({ subject: names.insightReady(randomUUID()), payload: Buffer.from('x') })
    await publisher.publish(sent)
    await publisher.publish(sent)
    const manager = await jetstreamManager(await nats.first())
    const { state } = await manager.streams.info(names.insightsStream, { subjects_filter: sent.subject })
    expect(state.subjects).toEqual({ [sent.subject]: 1 })
  })

  test('rejects when no stream takes the message, and when the stream refuses it', async () => {
    await expect(publisher.publish(message({ subject: `${namespace}.unknown` }))).rejects.toThrow()
    const { subject } = message()
    await publisher.publish(message({ subject }))
    await expect(publisher.publish(message({ subject }))).rejects.toMatchObject({ code: 10077 })
  })

  test('settles each of many with its own reply', async () => {
    const kinds = Array.from({ length: 300 }, (_, number) => number % 3 === 0)
    const publishes = kinds.map((isRefused) =>
      publisher.publish(message(isRefused ? { subject: `${namespace}.unknown` } : {})),
    )
    const outcomes = await Promise.allSettled(publishes)
    expect(outcomes.map(({ status }) => status === 'rejected')).toEqual(kinds)
  })

  test('rejects when the connection is lost before the stream replies', async () => {
    const connection = await nats.first()
    const subject = `${namespace}.unanswered`
    connection.subscribe(subject, { callback: () => undefined }) // receives messages and never replies
    const lost = expect(publisher.publish(message({ subject }))).rejects.toThrow('connection was lost')
    await connection.flush()
    await connection.reconnect()
    await lost
  })
})
