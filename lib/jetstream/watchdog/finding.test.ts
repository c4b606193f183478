import { expect, test } from 'vitest'
import { classifyQueue, Finding, hasNoProgress } from './finding.ts'
import type { QueueSnapshot } from './queue-snapshot.ts'

const stalled: QueueSnapshot = {
  streamCreated: 'then',
  consumerCreated: 'then',
  messages: 10,
  firstSequence: 1,
  pending: 0,
  inFlight: 10,
  maxInFlight: 100,
  skipped: 0,
  pulls: 1,
  deliveries: 10,
  ackFloor: 0,
}

test.each<[string, Partial<QueueSnapshot>, Finding | undefined]>([
  ['messages that are neither pending nor in flight are skipped', { inFlight: 7, skipped: 3 }, Finding.Skipped],
  ['waiting messages with waiting pulls are not being delivered', { pending: 4, inFlight: 6 }, Finding.NotDelivering],
  ['a backlog without a waiting pull is healthy', { pending: 4, inFlight: 6, pulls: 0 }, undefined],
  ['the maximum number in flight is healthy', { messages: 200, pending: 100, inFlight: 100 }, undefined],
  ['all messages in flight is healthy', {}, undefined],
  ['all messages in flight is healthy even if the server overcounts pending', { pending: 5 }, undefined],
])('%s', (_name, part, finding) => {
  expect(classifyQueue({ ...stalled, ...part })).toBe(finding)
})

test.each<[string, Partial<QueueSnapshot>]>([
  ['another stream', { streamCreated: 'now' }],
  ['another consumer', { consumerCreated: 'now' }],
  ['a removed oldest message', { firstSequence: 2 }],
  ['an acknowledged delivery', { ackFloor: 1 }],
])('%s is progress', (_name, part) => {
  expect(hasNoProgress(stalled, { ...stalled, ...part })).toBe(false)
})

test('deliveries alone are no progress: they may reach no worker', () => {
  expect(hasNoProgress(stalled, { ...stalled, deliveries: 20 })).toBe(true)
})
