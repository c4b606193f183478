import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { jetstreamManager } from '@nats-io/jetstream'
import type { Msg } from '@nats-io/transport-node'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { useNats } from '../../testkit/fixtures/nats.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import type { Nats } from './connect.ts'
import { createPublisher } from './publisher.ts'
import type { OutgoingMessage } from './reply-inbox.ts'
import { ensureStreams } from './topology.ts'

const { names, namespace } = useStack()
const nats = useNats()

beforeAll(() => ensureStreams(nats, { names, replicas: 1, keptInsights: 1_000 }))

/** A publisher with its own metrics. */
function openPublisher({
  maxOutstanding = 100,
  maxOutstandingBytes = 1_000_000,
  via = nats,
}: {
  maxOutstanding?: number
  maxOutstandingBytes?: number
  via?: Nats
} = {}) {
  const metrics = createMetrics('test')
  const { log, entries } = captureLog()
  const publisher = createPublisher({ nats: via, maxOutstanding, maxOutstandingBytes, log, metrics })
  const outcomes = async () => {
    const lines = (await metrics.render()).body.matchAll(/^leadtriage_publishes_total\{outcome="(\w+)".* (\d+)$/gm)
    return Object.fromEntries([...lines].map(([, outcome, count]) => [outcome, Number(count)]))
  }
  return {
    publisher,
    /** Publishes `count` messages and returns how many were sent. */
    publishMany: (count: number, part: Partial<OutgoingMessage>) =>
      Array.from({ length: count }, () => publisher.publish(message(part))).filter(Boolean).length,
    entries,
    outcomes,
    outcomesBecome: (expected: object) => eventually(async () => isDeepStrictEqual(await outcomes(), expected)),
  }
}

const message = (part: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  subject: names.leadReceived(randomUUID()),
  payload: Buffer.from('payload'),
  messageId: randomUUID(),
  traceparent: 'the trace',
  ...part,
})

/** A subject whose subscriber receives messages without replying, like a stream without a leader. */
async function openUnacknowledged(): Promise<{ subject: string; received: Msg[] }> {
  const received: Msg[] = []
  const subject = `${namespace}.unanswered.${randomUUID()}`
  const connection = await nats.first()
  connection.subscribe(subject, { callback: (_error, message) => void received.push(message) })
  return { subject, received }
}

/** Replies like a stream that has stored the messages. */
function acknowledge(messages: readonly Msg[]): void {
  for (const message of messages) message.respond(JSON.stringify({ stream: 'unanswered', seq: 1 }))
}

describe('a publisher', () => {
  test('sends the message with its id, trace context and content type', async () => {
    const { publisher, outcomesBecome } = openPublisher()
    const sent = message()
    expect(publisher.publish(sent)).toBe(true)
    await outcomesBecome({ acknowledged: 1 })
    const manager = await jetstreamManager(await nats.first())
    const stored = await manager.streams.getMessage(names.leadsStream, { last_by_subj: sent.subject })
    expect(stored?.string()).toBe('payload')
    expect(stored?.header.get('Nats-Msg-Id')).toBe(sent.messageId)
    expect(stored?.header.get('traceparent')).toBe('the trace')
    expect(stored?.header.get('content-type')).toBe('application/protobuf')
  })

  test('counts a second message for a queued lead as a duplicate, not as refused', async () => {
    const { publisher, entries, outcomesBecome } = openPublisher()
    const { subject } = message()
    for (let i = 0; i < 2; i += 1) publisher.publish(message({ subject }))
    await outcomesBecome({ acknowledged: 1, duplicate: 1 })
    expect(entries()).toEqual([])
  })

  test('counts and logs a message that no stream takes', async () => {
    const { publisher, entries, outcomesBecome } = openPublisher()
    publisher.publish(message({ subject: `${namespace}.unknown` }))
    await outcomesBecome({ refused: 1 })
    expect(entries()).toMatchObject([{ level: 50, msg: expect.stringContaining('stream is missing') }])
  })

  test('counts and logs a message that the stream refuses, with the reason', async () => {
    const manager = await jetstreamManager(await nats.first())
    await manager.streams.update(names.insightsStream, { max_msg_size: 1_000 })
    const { publisher, entries, outcomesBecome } = openPublisher()
    publisher.publish(message({ subject: names.insightReady(randomUUID()), payload: Buffer.alloc(2_000) }))
    await outcomesBecome({ refused: 1 })
    expect(entries()).toMatchObject([{ level: 50, refusal: { err_code: 10054 } }])
  })

  test('drops messages while NATS is disconnected', async () => {
    const { publisher, outcomes } = openPublisher({ via: { ...nats, up: () => undefined } })
    expect(publisher.publish(message())).toBe(false)
    expect(await outcomes()).toEqual({ dropped: 1 })
  })

  test('drops messages beyond maxOutstanding, and publishes again once they are acknowledged', async () => {
    const { publisher, outcomesBecome } = openPublisher({ maxOutstanding: 2 })
    expect([1, 2, 3].map(() => publisher.publish(message()))).toEqual([true, true, false])
    await outcomesBecome({ dropped: 1, acknowledged: 2 })
    expect(publisher.publish(message())).toBe(true)
    await outcomesBecome({ dropped: 1, acknowledged: 3 })
  })

  test('counts outstanding messages as unanswered when the connection is lost, and makes room', async () => {
    const connection = await nats.first()
    const { subject } = await openUnacknowledged()
    const { publisher, publishMany, outcomesBecome } = openPublisher({ maxOutstanding: 2 })
    expect(publishMany(3, { subject })).toBe(2)
    await connection.reconnect()
    await outcomesBecome({ dropped: 1, unanswered: 2 })
    await eventually(() => publisher.publish(message({ subject })))
  })

  test('does not count a late reply from before a disconnect for a message sent since', async () => {
    const connection = await nats.first()
    const { subject, received } = await openUnacknowledged()
    const { publishMany, outcomes, outcomesBecome } = openPublisher({ maxOutstanding: 2 })
    publishMany(2, { subject })
    await eventually(() => received.length === 2)
    await connection.reconnect()
    await outcomesBecome({ unanswered: 2 })
    await eventually(() => nats.up())
    expect(publishMany(2, { subject })).toBe(2)
    acknowledge(received)
    await connection.flush()
    expect(publishMany(1, { subject })).toBe(0)
    expect(await outcomes()).toEqual({ unanswered: 2, dropped: 1 })
  })

  test('logs one line for a hundred messages that no stream takes, and counts each', async () => {
    const { publishMany, entries, outcomesBecome } = openPublisher()
    publishMany(100, { subject: `${namespace}.unknown` })
    await outcomesBecome({ refused: 100 })
    expect(entries()).toHaveLength(1)
  })
})

describe('a publisher without replies', () => {
  const BOUND = 10
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const seconds = (count: number) => vi.advanceTimersByTime(count * 1_000)

  test('sends up to maxOutstanding messages, then one per second', async () => {
    const { subject } = await openUnacknowledged()
    const { publishMany, outcomes } = openPublisher({ maxOutstanding: BOUND })
    expect(publishMany(1_000, { subject })).toBe(BOUND)
    for (let second = 1; second <= 100; second += 1) {
      seconds(1)
      expect(publishMany(1_000, { subject })).toBe(1)
    }
    expect(await outcomes()).toEqual({ dropped: 101_000 - BOUND - 100, unanswered: 100 })
  })

  test('sends up to maxOutstandingBytes, then one message per second', async () => {
    const { subject } = await openUnacknowledged()
    const payload = Buffer.alloc(80_000)
    const { publishMany } = openPublisher({ maxOutstanding: 1_000, maxOutstandingBytes: BOUND * payload.length })
    expect(publishMany(1_000, { subject, payload })).toBe(BOUND)
    seconds(1)
    expect(publishMany(1_000, { subject, payload })).toBe(1)
    expect(publishMany(1_000, { subject, payload: Buffer.alloc(1) })).toBe(0)
  })

  test('does not send a probe after an idle period', async () => {
    const { subject } = await openUnacknowledged()
    const { publishMany, outcomesBecome } = openPublisher({ maxOutstanding: BOUND })
    publishMany(1, {})
    await outcomesBecome({ acknowledged: 1 })
    seconds(3_600)
    expect(publishMany(1_000, { subject })).toBe(BOUND)
  })

  test('sends at full rate once a stream replies, and counts the lost messages as unanswered', async () => {
    const { subject } = await openUnacknowledged()
    const { publishMany, outcomesBecome } = openPublisher({ maxOutstanding: BOUND })
    publishMany(BOUND, { subject })
    seconds(1)
    expect(publishMany(2, {})).toBe(1)
    await outcomesBecome({ dropped: 1, unanswered: BOUND, acknowledged: 1 })
    expect(publishMany(BOUND + 1, { subject })).toBe(BOUND)
  })

  test('detects lost messages while others are acknowledged, before they use all the room', async () => {
    const { subject } = await openUnacknowledged()
    const { publishMany, outcomesBecome } = openPublisher({ maxOutstanding: BOUND })
    publishMany(BOUND / 2, { subject })
    expect(publishMany(1, {})).toBe(1)
    await outcomesBecome({ acknowledged: 1 })
    seconds(1)
    expect(publishMany(1, {})).toBe(1)
    await outcomesBecome({ acknowledged: 2, unanswered: BOUND / 2 })
    expect(publishMany(BOUND + 1, { subject })).toBe(BOUND)
  })

  test('counts late replies as acknowledged', async () => {
    const { subject, received } = await openUnacknowledged()
    const { publishMany, outcomesBecome } = openPublisher({ maxOutstanding: BOUND })
    publishMany(BOUND, { subject })
    seconds(1)
    publishMany(1, { subject })
    await eventually(() => received.length === BOUND + 1)
    acknowledge(received)
    await outcomesBecome({ unanswered: 1, acknowledged: BOUND + 1 })
    expect(publishMany(BOUND + 1, { subject })).toBe(BOUND)
  })
})
