import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { beforeAll, describe, expect, test } from 'vitest'
import { useNats } from '../../testkit/fixtures/nats.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { createAcknowledgedPublisher } from './acknowledged-publisher.ts'
import type { OutgoingMessage } from './publisher.ts'
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

describe('a publish that is waited for', () => {
  test('rejects in time when nobody answers, also behind one that was answered', async () => {
    const answerWithinMs = 2_000
    const impatient = createAcknowledgedPublisher(nats, answerWithinMs)
    const deaf = `deaf.${randomUUID()}`
    const connection = await nats.first()
    connection.subscribe(deaf, { callback: () => undefined }) // else the server says that nobody listens
    await impatient.publish(message({ subject: names.insightReady(randomUUID()) }))
    await once(AbortSignal.timeout(answerWithinMs / 2), 'abort') // half of the time that the first would have had
    const published = impatient.publish(message({ subject: deaf }))
    const late = sleep(1.4 * answerWithinMs, 'late') // on the same loop: what holds one up holds up both
    await expect(Promise.race([published, late])).rejects.toThrow('did not answer in time')
  })

  test('resolves when the stream has the message', async () => {
    const sent = message({ subject: names.insightReady(randomUUID()), payload: Buffer.from('x') })
    await publisher.publish(sent)
    const manager = await jetstreamManager(await nats.first())
    const stored = await manager.streams.getMessage(names.insightsStream, { last_by_subj: sent.subject })
    expect(stored?.header.get('Nats-Msg-Id')).toBe(sent.messageId)
  })

  test('resolves too when the stream had it already, and stores it once', async () => {
    const sent = message({ subject: names.insightReady(randomUUID()), payload: Buffer.from('x') })
    await publisher.publish(sent)
    await publisher.publish(sent)
    const manager = await jetstreamManager(await nats.first())
    const { state } = await manager.streams.info(names.insightsStream, { subjects_filter: sent.subject })
    expect(state.subjects).toEqual({ [sent.subject]: 1 })
  })

  test('rejects when no stream takes the message, and when it is refused for what it is', async () => {
    await expect(publisher.publish(message({ subject: `${namespace}.nobody` }))).rejects.toThrow()
    const { subject } = message()
    await publisher.publish(message({ subject }))
    await expect(publisher.publish(message({ subject }))).rejects.toMatchObject({ code: 10077 })
  })

  test('settles each of many with the answer to itself', async () => {
    const kinds = Array.from({ length: 300 }, (_, number) => number % 3 === 0)
    const publishes = kinds.map((isRefused) =>
      publisher.publish(message(isRefused ? { subject: `${namespace}.nobody` } : {})),
    )
    const outcomes = await Promise.allSettled(publishes)
    expect(outcomes.map(({ status }) => status === 'rejected')).toEqual(kinds)
  })

  test('rejects when the connection is lost before the stream answers', async () => {
    const connection = await nats.first()
    const subject = `${namespace}.silence`
    connection.subscribe(subject, { callback: () => undefined }) // takes messages and never answers
    const lost = expect(publisher.publish(message({ subject }))).rejects.toThrow('connection was lost')
    await connection.flush()
    await connection.reconnect()
    await lost
  })
})
