import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import { newLeadSchema } from '../../domain/lead.ts'
import { CreateLeadRequestSchema } from '../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { describeLeads, inTurn, readLeads, withFreshKeys } from './leads.ts'
import { leadRequest } from './senders/grpc.ts'

test('every run sends the same valid leads in the same order, each with a different note', () => {
  const leads = readLeads()
  expect(readLeads()).toEqual(leads)
  expect(new Set(leads.map(({ note }) => note)).size).toBe(leads.length)
  for (const lead of leads) expect(newLeadSchema.parse(lead)).toEqual(lead)
})

test('the notes contain more spellings than the analyzer caches', () => {
  const { notes, spellings } = describeLeads(readLeads())
  expect(notes).toBeGreaterThan(5_000)
  expect(spellings).toBeGreaterThan(20_000)
})

test('inTurn starts over after the last item', () => {
  const next = inTurn(['a', 'b'])
  expect([next(), next(), next()]).toEqual(['a', 'b', 'a'])
})

test('copies of an encoded lead differ in the idempotency key only', () => {
  const [lead] = readLeads()
  if (lead === undefined) throw new Error('eval/data has no notes')
  const encode = withFreshKeys((key) => toBinary(CreateLeadRequestSchema, leadRequest(key, lead)))
  const [one, other] = [encode(), encode()].map((bytes) => fromBinary(CreateLeadRequestSchema, bytes))
  expect(one?.idempotencyKey).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/)
  expect(one?.idempotencyKey).not.toBe(other?.idempotencyKey)
  expect(one?.lead).toEqual(leadRequest('', lead).lead)
  expect(other?.lead).toEqual(one?.lead)
})

test('an encoding without the idempotency key is rejected', () => {
  expect(() => withFreshKeys(() => Buffer.from('nothing'))).toThrow('does not contain the idempotency key')
})
