import { expect, test } from 'vitest'
import { Finding, findingOf, isUnfinished } from './finding.ts'
import type { QueueLook } from './look.ts'

const still: QueueLook = {
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
  answered: 0,
}

test.each<[string, Partial<QueueLook>, Finding | undefined]>([
  ['messages that are neither pending nor in flight are skipped', { inFlight: 7, skipped: 3 }, Finding.Skipped],
  ['messages and pulls that wait for each other are not delivered', { pending: 4, inFlight: 6 }, Finding.NotDelivering],
  ['a backlog that no pull asks for is in order', { pending: 4, inFlight: 6, pulls: 0 }, undefined],
  ['as many in flight as may be is in order', { messages: 200, pending: 100, inFlight: 100 }, undefined],
  ['everything in flight is in order', {}, undefined],
  ['everything in flight is in order for a server that counts more as pending', { pending: 5 }, undefined],
])('%s', (_name, part, finding) => {
  expect(findingOf({ ...still, ...part })).toBe(finding)
})

test.each<[string, Partial<QueueLook>]>([
  ['another stream', { streamCreated: 'now' }],
  ['another consumer', { consumerCreated: 'now' }],
  ['an oldest message that is gone', { firstSequence: 2 }],
  ['an answered delivery', { answered: 1 }],
])('%s is progress', (_name, part) => {
  expect(isUnfinished(still, { ...still, ...part })).toBe(false)
})

test('deliveries alone are no progress: a consumer may send them into nothing', () => {
  expect(isUnfinished(still, { ...still, deliveries: 20 })).toBe(true)
})
