import { fromBinary } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentHash } from '../../domain/lead.ts'
import { LeadReceivedSchema } from '../../gen/leadtriage/events/v1/lead_received_pb.ts'
import { jetStreamNames } from '../../lib/jetstream/names.ts'
import type { OutgoingMessage } from '../../lib/jetstream/reply-inbox.ts'
import { createLeadEvents, messageIdOf } from './lead-events.ts'

const identity = fc.record({
  client: fc.string(),
  key: fc.oneof(fc.uuid(), fc.string()),
  generation: fc.integer({ min: 1 }),
})
const idOf = ({ client, key, generation }: { client: string; key: string; generation: number }) =>
  messageIdOf(client, key, generation)

describe('the message id of a lead', () => {
  test('is 64 hex digits that do not contain the key, for any client and key', () => {
    fc.assert(
      fc.property(identity, fc.uuid(), ({ client, generation }, key) => {
        const id = messageIdOf(client, key, generation)
        expect(id).toMatch(/^[0-9a-f]{64}$/)
        expect(id).not.toContain(key.slice(-12))
      }),
    )
  })

  test('is the same for every attempt, and differs between clients, keys and generations', () => {
    fc.assert(
      fc.property(identity, identity, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other)
        expect(idOf({ ...one })).toBe(idOf(one))
        expect(idOf(other) === idOf(one)).toBe(same)
        for (const part of ['client', 'key', 'generation'] as const) {
          expect(idOf({ ...one, [part]: other[part] }) === idOf(one)).toBe(one[part] === other[part])
        }
      }),
    )
  })

  test('separates client and key', () => {
    expect(messageIdOf('a', 'bc', 1)).not.toBe(messageIdOf('ab', 'c', 1))
  })
})

test("an event contains what triage needs, on the lead's subject, in the caller's trace", () => {
  const sent: OutgoingMessage[] = []
  const publisher = { publish: (message: OutgoingMessage) => sent.push(message) > 0 }
  const lead = {
    id: '0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11',
    email: 'a@example.com',
    phone: null,
    name: 'A',
    note: 'привет',
    source: null,
    createdAt: new Date('2026-01-02T03:04:05.678Z'),
  }
  const events = createLeadEvents({
    publisher,
    gate: { tryEnter: () => true },
    deferred: { add: () => undefined },
    names: jetStreamNames(),
  })
  const key = {
    clientId: 'anonymous',
    idempotencyKey: '5f0c3c4e-8f5e-4b9c-9d0e-0f3b1a2c4d5e',
    contentHash: contentHash(lead.note),
  }
  events.publish({ created: false, recent: true, lead, generation: 2, requestHash: 'x' }, key, 'the trace')

  expect(sent).toEqual([
    {
      subject: `leads.received.${lead.id}`,
      payload: expect.any(Uint8Array),
      messageId: messageIdOf(key.clientId, key.idempotencyKey, 2),
      traceparent: 'the trace',
    },
  ])
  const event = fromBinary(LeadReceivedSchema, sent[0]?.payload ?? new Uint8Array())
  expect(event).toEqual({
    $typeName: LeadReceivedSchema.typeName,
    leadId: lead.id,
    generation: 2,
    note: lead.note,
    contentHash: contentHash(lead.note),
    createdAt: timestampFromDate(lead.createdAt),
    queuedAt: timestampFromDate(lead.createdAt),
    attempts: 0,
    clientId: 'anonymous',
    ...(lead.source !== null && { source: lead.source }),
  })
})
