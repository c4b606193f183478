import { randomUUID } from 'node:crypto'
import { jetstreamManager } from '@nats-io/jetstream'
import { beforeAll, describe, expect, test } from 'vitest'
import { captureLog } from '../../test/fixtures/captured-log.ts'
import { eventually } from '../../test/fixtures/eventually.ts'
import { useNats } from '../../test/fixtures/nats.ts'
import { useStack } from '../../test/fixtures/stack.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import type { Nats } from './connect.ts'
import type { OutgoingMessage } from './publisher.ts'
import { createPublisher } from './publisher.ts'
import { ensureStreams } from './topology.ts'

const { names, namespace } = useStack()
const nats = useNats()

beforeAll(() => ensureStreams(nats, { names, replicas: 1 }))

/** A publisher with its own count of outcomes. */
function openPublisher({ maxOutstanding = 100, via = nats }: { maxOutstanding?: number; via?: Nats } = {}) {
  const metrics = createMetrics('test')
  const { log, entries } = captureLog()
  const publisher = createPublisher({ nats: via, maxOutstanding, log, metrics })
  const outcomes = async () => {
    const lines = (await metrics.render()).body.matchAll(/^leadtriage_publishes_total\{outcome="(\w+)".* (\d+)$/gm)
    return Object.fromEntries([...lines].map(([, outcome, count]) => [outcome, Number(count)]))
  }
  return {
    publisher,
    entries,
    outcomes,
    outcomesBecome: (expected: object) =>
      eventually(async () => JSON.stringify(await outcomes()) === JSON.stringify(expected)),
  }
}

const message = (part: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  subject: names.leadReceived(randomUUID()),
  payload: Buffer.from('payload'),
  messageId: randomUUID(),
  traceparent: 'the trace',
  ...part,
})

describe('a publisher', () => {
  test('hands the stream the message with its id, its trace and its type', async () => {
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

  test('counts a second message for a lead that waits already as a duplicate, not as a fault', async () => {
    const { publisher, entries, outcomesBecome } = openPublisher()
    const { subject } = message()
    for (let i = 0; i < 2; i += 1) publisher.publish(message({ subject }))
    await outcomesBecome({ acknowledged: 1, duplicate: 1 })
    expect(entries()).toEqual([])
  })

  test('counts and logs a message that no stream takes', async () => {
    const { publisher, entries, outcomesBecome } = openPublisher()
    publisher.publish(message({ subject: `${namespace}.nobody` }))
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

  test('drops a message while NATS is away', async () => {
    const { publisher, outcomes } = openPublisher({ via: { ...nats, up: () => undefined } })
    expect(publisher.publish(message())).toBe(false)
    expect(await outcomes()).toEqual({ dropped: 1 })
  })

  test('drops what comes while too many are unacknowledged, and goes on when they are', async () => {
    const { publisher, outcomesBecome } = openPublisher({ maxOutstanding: 2 })
    expect([1, 2, 3].map(() => publisher.publish(message()))).toEqual([true, true, false])
    await outcomesBecome({ dropped: 1, acknowledged: 2 })
    expect(publisher.publish(message())).toBe(true)
    await outcomesBecome({ dropped: 1, acknowledged: 3 })
  })

  test('forgets what was unacknowledged when the connection is lost', async () => {
    const connection = await nats.first()
    const subject = `${namespace}.silence`
    connection.subscribe(subject, { callback: () => undefined }) // takes messages and never answers
    const { publisher } = openPublisher({ maxOutstanding: 1 })
    expect([1, 2].map(() => publisher.publish(message({ subject })))).toEqual([true, false])
    await connection.reconnect()
    await eventually(() => publisher.publish(message({ subject })))
  })
})
