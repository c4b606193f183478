import { create, toBinary } from '@bufbuild/protobuf'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { describe, expect, test } from 'vitest'
import {
  BatchCreateLeadsRequestSchema,
  CreateLeadRequestSchema,
} from '../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { decodeMessage } from './decode-message.ts'

/** A request with the given bytes as its note. */
function withNote(note: Uint8Array): Uint8Array {
  const field = Uint8Array.from([0x22, note.length, ...note])
  return Uint8Array.from([0x12, field.length, ...field])
}

test('a message decodes to what was sent, in every plane of Unicode', () => {
  const request = create(CreateLeadRequestSchema, { lead: { note: '\uFEFFnaïve ✓ 👩‍💻' } })
  expect(decodeMessage(CreateLeadRequestSchema, toBinary(CreateLeadRequestSchema, request))).toEqual(request)
})

describe('a string that is not UTF-8 is rejected, not repaired', () => {
  test.each([
    ['a byte that never occurs in UTF-8', [0xff]],
    ['a lone continuation byte', [0x61, 0x80]],
    ['a truncated sequence', [0xe2, 0x9c]],
    ['an overlong form', [0xc0, 0xaf]],
    ['an unpaired surrogate', [0xed, 0xa0, 0x80]],
    ['a code point above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['Latin-1', [...Buffer.from('na\u00efve', 'latin1')]],
  ])('%s', (_what, bytes) => {
    expect(() => decodeMessage(CreateLeadRequestSchema, withNote(Uint8Array.from(bytes)))).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining('not valid UTF-8') }),
    )
  })
})

test.each([
  ['a field length beyond the end of the message', [0x0a, 0x50, 0x01]],
  ['a wire type that does not exist', [0x0f, 0x01]],
  ['an unterminated varint', [0x08, 0xff, 0xff]],
  ['an eleven-byte varint in an unknown field', [0x78, ...Array(10).fill(0xff), 0x00]],
  ['text', [...Buffer.from('{"lead": {}}')]],
])('bytes that are not a message (%s) are rejected with the name of the message type', (_what, bytes) => {
  expect(() => decodeMessage(CreateLeadRequestSchema, Uint8Array.from(bytes))).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      message: expect.stringContaining('not a protobuf message of type leadtriage.intake.v1.CreateLeadRequest'),
    }),
  )
})

describe('a message with too many fields is rejected before it is decoded', () => {
  test.each([
    ['empty messages in a list', BatchCreateLeadsRequestSchema, repeat([0x0a, 0x00])],
    ['unknown fields', BatchCreateLeadsRequestSchema, repeat([0x78, 0x01])],
    ['a repeated singular field', CreateLeadRequestSchema, repeat([0x0a, 0x00])],
  ])('%s', (_what, schema, bytes) => {
    const before = process.memoryUsage().heapUsed
    expect(() => decodeMessage(schema, bytes)).toThrow(expect.objectContaining({ code: 'payload_too_large' }))
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(32 * 1024 * 1024)
  })

  test('when the fields are in a nested message', () => {
    const inner = repeat([0x22, 0x00])
    const header = new BinaryWriter().tag(2, WireType.LengthDelimited).uint32(inner.length).finish()
    expect(() => decodeMessage(CreateLeadRequestSchema, Buffer.concat([header, inner]))).toThrow(
      expect.objectContaining({ code: 'payload_too_large' }),
    )
  })

  test('but the largest batch is accepted', () => {
    const lead = { note: 'n', email: 'a@example.com', phone: '1', name: 'a', source: 's' }
    const requests = Array.from({ length: 1_000 }, () => ({ idempotencyKey: 'k', lead }))
    const batch = create(BatchCreateLeadsRequestSchema, { requests })
    expect(decodeMessage(BatchCreateLeadsRequestSchema, toBinary(BatchCreateLeadsRequestSchema, batch))).toEqual(batch)
  })
})

/** Repeats bytes up to 8 MiB. */
function repeat(bytes: number[]): Uint8Array {
  return Buffer.alloc(8 * 1024 * 1024, Buffer.from(bytes))
}
