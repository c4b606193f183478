import { describe, expect, test } from 'vitest'
import {
  BatchCreateLeadsRequestSchema,
  CreateLeadRequestSchema,
} from '../../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import {
  GetQueueRequestSchema,
  RedriveDeadLettersRequestSchema,
} from '../../../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { AppError } from '../../errors/app-error.ts'
import { decodeJson } from './decode-json.ts'

const bytes = (json: unknown) => Buffer.from(typeof json === 'string' ? json : JSON.stringify(json))

function violationsOf(schema: Parameters<typeof decodeJson>[0], json: unknown): Record<string, string> {
  try {
    decodeJson(schema, bytes(json))
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid_request') {
      return Object.fromEntries(error.violations.map(({ path, message }) => [path, message]))
    }
    throw error
  }
  return expect.unreachable()
}

test('fields are accepted under both names, and null means absent', () => {
  const lead = { note: 'naïve ✓ 👩‍💻', email: null }
  const read = decodeJson(CreateLeadRequestSchema, bytes({ idempotency_key: 'a', lead }))
  expect(read).toEqual(decodeJson(CreateLeadRequestSchema, bytes({ idempotencyKey: 'a', lead: { note: lead.note } })))
  expect(read.lead?.note).toBe(lead.note)
})

test('every violation is reported with its path and the expected value', () => {
  const requests = [{ lead: { note: 'fine' } }, { lead: { note: 7, emial: 'x' }, key: 1 }, 5]
  expect(violationsOf(BatchCreateLeadsRequestSchema, { requests })).toEqual({
    'requests[1].lead.note': 'must be a string of valid Unicode',
    'requests[1].lead.emial': 'is not a field of NewLead; the fields are email, phone, name, note, source',
    'requests[1].key': 'is not a field of CreateLeadRequest; the fields are idempotencyKey, lead',
    'requests[2]': 'must be a JSON object',
  })
  expect(
    violationsOf(RedriveDeadLettersRequestSchema, { leadIds: [1], reason: 'TIRED', failedAfter: 'now', all: 'yes' }),
  ).toEqual({
    lead_ids: 'must be a list, each item a string of valid Unicode',
    reason: expect.stringContaining('must be one of DEAD_LETTER_REASON_UNSPECIFIED, '),
    failed_after: 'must be a time such as "2026-01-31T12:00:00Z"',
    all: 'must be true or false',
  })
  expect(violationsOf(GetQueueRequestSchema, { all: true })).toEqual({
    all: 'is not a field of GetQueueRequest; it has no fields',
  })
})

describe('text that is not a valid JSON object is rejected:', () => {
  test.each([
    ['', 'the message must be JSON; it cannot be parsed'],
    ['{"lead":', 'the message must be JSON; it cannot be parsed'],
    ['[]', 'the message must be a JSON object'],
    ['null', 'the message must be a JSON object'],
  ])('%s', (json, message) => {
    expect(violationsOf(CreateLeadRequestSchema, json)).toEqual({ '': message })
  })

  test('duplicate keys, also under both names of a field', () => {
    for (const json of ['{"all":true,"all":false}', '{"dryRun":true,"dry_run":true}']) {
      expect(violationsOf(RedriveDeadLettersRequestSchema, json)['']).toMatch(
        /protobuf JSON: (duplicate object key|set multiple times)/,
      )
    }
  })
})

test('text that is not UTF-8 and unpaired surrogates are rejected, not repaired', () => {
  const latin1 = Buffer.from('{"lead":{"note":"na\u00efve"}}', 'latin1')
  expect(() => decodeJson(CreateLeadRequestSchema, latin1)).toThrow('must be UTF-8')
  expect(violationsOf(CreateLeadRequestSchema, '{"lead":{"note":"\\ud800"}}')).toEqual({
    'lead.note': 'must be a string of valid Unicode',
  })
})

test('the list of violations is limited', () => {
  const many = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`f${index}`, 1]))
  expect(Object.keys(violationsOf(CreateLeadRequestSchema, many))).toHaveLength(101)
})

test('a message with too many values is rejected before it is parsed; commas in strings do not count', () => {
  for (const json of [
    `{"requests":[${'{},'.repeat(60_000)}{}]}`,
    '['.repeat(60_000),
    `{"a":[${'0,'.repeat(60_000)}0]}`,
  ]) {
    expect(() => decodeJson(BatchCreateLeadsRequestSchema, Buffer.from(json))).toThrow(
      expect.objectContaining({ code: 'payload_too_large' }),
    )
  }
  const lead = { note: '\\",[{'.repeat(20_000) }
  expect(decodeJson(CreateLeadRequestSchema, Buffer.from(JSON.stringify({ lead })))).toMatchObject({ lead })
})
