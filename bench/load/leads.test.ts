import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import { newLeadSchema } from '../../domain/lead.ts'
import { CreateLeadRequestSchema } from '../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { describeLeads, inTurn, readLeads, withFreshKeys } from './leads.ts'
import { leadRequest } from './senders/grpc.ts'

test('every run sends the same leads in the same order, all of them valid and each with another note', () => {
  const leads = readLeads()
  expect(readLeads()).toEqual(leads)
  expect(new Set(leads.map(({ note }) => note)).size).toBe(leads.length)
  for (const lead of leads) expect(newLeadSchema.parse(lead)).toEqual(lead)
})

test('the notes hold more spellings than the analyzer remembers, so it meets unknown words for ever', () => {
  const { notes, spellings } = describeLeads(readLeads())
  expect(notes).toBeGreaterThan(5_000)
  expect(spellings).toBeGreaterThan(20_000)
})

test('what is sent in turn comes again after the last', () => {
  const next = inTurn(['a', 'b'])
  expect([next(), next(), next()]).toEqual(['a', 'b', 'a'])
})

test('a lead that was encoded once is sent with a fresh key each time and is otherwise the same', () => {
  const [lead] = readLeads()
  if (lead === undefined) throw new Error('there are no notes')
  const encode = withFreshKeys((key) => toBinary(CreateLeadRequestSchema, leadRequest(key, lead)))
  const [one, other] = [encode(), encode()].map((bytes) => fromBinary(CreateLeadRequestSchema, bytes))
  expect(one?.idempotencyKey).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/)
  expect(one?.idempotencyKey).not.toBe(other?.idempotencyKey)
  expect(one?.lead).toEqual(leadRequest('', lead).lead)
  expect(other?.lead).toEqual(one?.lead)
})

test('an encoding without a key is refused', () => {
  expect(() => withFreshKeys(() => Buffer.from('nothing'))).toThrow('holds no idempotency key')
})
