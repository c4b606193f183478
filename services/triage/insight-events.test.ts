import { randomUUID } from 'node:crypto'
import { jetstreamManager } from '@nats-io/jetstream'
import { beforeAll, expect, test } from 'vitest'
import type { Insight } from '../../domain/insight.ts'
import { createInsight, Stage } from '../../domain/insight.ts'
import { contentHash } from '../../domain/lead.ts'
import { ensureStreams } from '../../lib/jetstream/topology.ts'
import { captureLog } from '../../testkit/captured-log.ts'
import { useNats } from '../../testkit/fixtures/nats.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { createInsightEvents } from './insight-events.ts'

const { names } = useStack()
const nats = useNats()

beforeAll(() => ensureStreams(nats, { names, replicas: 1, keptInsights: 1_000 }))

function storedInsight(): Insight {
  const subject = { leadId: randomUUID(), generation: 1, contentHash: contentHash('hello') }
  const analysis = { intent: 'buy', priority: 'P1', confidence: 0.75, tags: [], reasons: [], language: 'en' } as const
  const at = new Date()
  return { ...createInsight(subject, Stage.Final, 'rules@1', analysis), createdAt: at, updatedAt: at }
}

const publishMany = (publish: (insight: Insight, traceparent: string) => Promise<void>, count: number) =>
  Promise.allSettled(Array.from({ length: count }, () => publish(storedInsight(), 'the trace')))

test('publishing succeeds when the stream rejects events, with one log line for all of them', async () => {
  const manager = await jetstreamManager(await nats.first())
  await manager.streams.update(names.insightsStream, { max_msg_size: 10 })
  const { log, entries } = captureLog()
  const { publish } = createInsightEvents({ nats, names, ensureStreams: async () => undefined, log })
  const outcomes = await publishMany(publish, 50)
  expect(outcomes.every(({ status }) => status === 'fulfilled')).toBe(true)
  expect(entries()).toMatchObject([{ level: 50, err: { code: 10054 }, leadId: expect.any(String) }])
})

test('publishing throws unavailable while the stream is missing and cannot be created, with one log line', async () => {
  const manager = await jetstreamManager(await nats.first())
  await manager.streams.delete(names.insightsStream)
  const { log, entries } = captureLog()
  const { publish } = createInsightEvents({
    nats,
    names,
    ensureStreams: () => Promise.reject(new Error('no room')),
    log,
  })
  const outcomes = [...(await publishMany(publish, 50)), ...(await publishMany(publish, 1))]
  expect(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason.code === 'unavailable')).toBe(true)
  expect(entries()).toMatchObject([{ level: 40, err: { message: 'no room' } }])
})
