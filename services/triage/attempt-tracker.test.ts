import { randomUUID } from 'node:crypto'
import { create } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import { LeadReceivedSchema } from '../../gen/leadtriage/events/v1/lead_received_pb.ts'
import { NO_HISTORY } from '../../lib/mailbox/attempt-tracker.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { createAttemptTracker, forgetAttempts } from './attempt-tracker.ts'

const { sql } = useStack()
const tracker = createAttemptTracker(sql)
let leadId: string

function delivery(deliveryCount: number, messageId = '1@1', id = leadId) {
  return {
    event: create(LeadReceivedSchema, { leadId: id, generation: 1 }),
    subject: `leads.received.${id}`,
    deliveryCount,
    messageId,
    header: () => undefined,
  }
}

const failed = { failed: true, begun: false }
const snoozed = { failed: false, begun: false }

test('counts failures and snoozes, separately for each message of a lead', async () => {
  leadId = randomUUID()
  expect(await tracker.recall(delivery(2))).toEqual(NO_HISTORY)
  await tracker.recordEnd(delivery(1), failed)
  await tracker.recordEnd(delivery(2), snoozed)
  await tracker.recordEnd(delivery(4), failed)
  await tracker.recordEnd(delivery(4), failed) // repeated, as after a timeout
  expect(await tracker.recall(delivery(5))).toEqual({ answered: 3, failures: 2, begun: 0 })
  expect(await tracker.recall(delivery(2, '1@2'))).toEqual(NO_HISTORY)
  await tracker.recordEnd(delivery(1, '1@2'), snoozed)
  expect(await tracker.recall(delivery(2, '1@2'))).toEqual({ answered: 1, failures: 0, begun: 0 })
})

test('counts attempts that began and have no recorded end', async () => {
  leadId = randomUUID()
  expect(await tracker.begin(delivery(3))).toBe(1)
  expect(await tracker.begin(delivery(4))).toBe(2)
  expect(await tracker.begin(delivery(4))).toBe(2) // repeated, as after a timeout
  await tracker.recordEnd(delivery(4), { failed: true, begun: true })
  expect(await tracker.recall(delivery(5))).toEqual({ answered: 1, failures: 1, begun: 1 })
  expect(await tracker.begin(delivery(1, '1@2'))).toBe(1)
  expect(await tracker.recall(delivery(2, '1@2'))).toEqual({ answered: 0, failures: 0, begun: 1 })
})

test('after the consumer was recreated, which restarts its delivery count, ignores ends recorded before', async () => {
  leadId = randomUUID()
  for (const count of [1, 2, 3]) await tracker.recordEnd(delivery(count), failed)
  expect(await tracker.recall(delivery(2))).toEqual({ answered: 0, failures: 3, begun: 0 })
  await tracker.recordEnd(delivery(2), failed)
  expect(await tracker.recall(delivery(3))).toEqual({ answered: 1, failures: 4, begun: 0 })
})

test('records many deliveries at once, including one lead twice, and forgets settled leads', async () => {
  const leads = Array.from({ length: 700 }, () => randomUUID())
  const [twice = ''] = leads
  await Promise.all([
    ...leads.map((id) => tracker.recordEnd(delivery(1, '1@1', id), failed)),
    tracker.recordEnd(delivery(2, '1@1', twice), snoozed),
  ])
  const histories = await Promise.all(leads.map((id) => tracker.recall(delivery(3, '1@1', id))))
  expect(histories[0]).toEqual({ answered: 2, failures: 1, begun: 0 })
  expect(histories.slice(1)).toEqual(leads.slice(1).map(() => ({ answered: 1, failures: 1, begun: 0 })))
  await forgetAttempts(sql, leads)
  expect(await tracker.recall(delivery(3, '1@1', twice))).toEqual(NO_HISTORY)
})
