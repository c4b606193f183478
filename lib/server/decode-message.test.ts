import { create, toBinary } from '@bufbuild/protobuf'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { describe, expect, test } from 'vitest'
import {
  BatchCreateLeadsRequestSchema,
  CreateLeadRequestSchema,
} from '../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { decodeMessage } from './decode-message.ts'

/** A request whose note is the given bytes. */
function withNote(note: Uint8Array): Uint8Array {
  const field = Uint8Array.from([0x22, note.length, ...note])
  return Uint8Array.from([0x12, field.length, ...field])
}

test('a message is read as it was sent, every plane of Unicode included', () => {
  const request = create(CreateLeadRequestSchema, { lead: { note: '\uFEFFnaïve ✓ 👩‍💻' } })
  expect(decodeMessage(CreateLeadRequestSchema, toBinary(CreateLeadRequestSchema, request))).toEqual(request)
})

describe('a string that is not UTF-8 is refused and not repaired', () => {
  test.each([
    ['a byte that never occurs', [0xff]],
    ['a lone continuation byte', [0x61, 0x80]],
    ['a sequence that breaks off', [0xe2, 0x9c]],
    ['an overlong form', [0xc0, 0xaf]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a code point past the last', [0xf4, 0x90, 0x80, 0x80]],
    ['Latin-1', [...Buffer.from('na\u00efve', 'latin1')]],
  ])('%s', (_what, bytes) => {
    expect(() => decodeMessage(CreateLeadRequestSchema, withNote(Uint8Array.from(bytes)))).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining('not valid UTF-8') }),
    )
  })
})

test.each([
  ['a length that is longer than the message', [0x0a, 0x50, 0x01]],
  ['a wire type that does not exist', [0x0f, 0x01]],
  ['a varint without an end', [0x08, 0xff, 0xff]],
  ['a varint of eleven bytes, in a field that the message does not have', [0x78, ...Array(10).fill(0xff), 0x00]],
  ['text', [...Buffer.from('{"lead": {}}')]],
])('bytes that are no message (%s) are refused, by the name of the message', (_what, bytes) => {
  expect(() => decodeMessage(CreateLeadRequestSchema, Uint8Array.from(bytes))).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      message: expect.stringContaining('not a protobuf message of type leadtriage.intake.v1.CreateLeadRequest'),
    }),
  )
})

describe('a message of very many fields is refused before it is decoded', () => {
  test.each([
    ['empty messages in a list', BatchCreateLeadsRequestSchema, repeat([0x0a, 0x00])],
    ['fields it does not have', BatchCreateLeadsRequestSchema, repeat([0x78, 0x01])],
    ['the same field', CreateLeadRequestSchema, repeat([0x0a, 0x00])],
  ])('%s', (_what, schema, bytes) => {
    const before = process.memoryUsage().heapUsed
    expect(() => decodeMessage(schema, bytes)).toThrow(expect.objectContaining({ code: 'payload_too_large' }))
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(32 * 1024 * 1024)
  })

  test('also when they are in a message of it', () => {
    const inner = repeat([0x22, 0x00])
    const header = new BinaryWriter().tag(2, WireType.LengthDelimited).uint32(inner.length).finish()
    expect(() => decodeMessage(CreateLeadRequestSchema, Buffer.concat([header, inner]))).toThrow(
      expect.objectContaining({ code: 'payload_too_large' }),
    )
  })

  test('and the largest batch is not', () => {
    const lead = { note: 'n', email: 'a@example.com', phone: '1', name: 'a', source: 's' }
    const requests = Array.from({ length: 1_000 }, () => ({ idempotencyKey: 'k', lead }))
    const batch = create(BatchCreateLeadsRequestSchema, { requests })
    expect(decodeMessage(BatchCreateLeadsRequestSchema, toBinary(BatchCreateLeadsRequestSchema, batch))).toEqual(batch)
  })
})

/** Eight megabytes of the same bytes. */
function repeat(bytes: number[]): Uint8Array {
  return Buffer.alloc(8 * 1024 * 1024, Buffer.from(bytes))
}
