import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import { fromBinary } from '@bufbuild/protobuf'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { AppError, ErrorCode } from '../errors/app-error.ts'

/**
 * Limits the objects that a message decodes to: 8 MiB of empty messages would become four million of them. The largest
 * valid request, a batch of 1,000 leads, has 8,000 fields.
 */
export const MAX_FIELDS = 50_000

/**
 * Decodes a binary protobuf message. Unknown fields are dropped.
 *
 * @throws AppError `invalid_request` if the bytes are not a valid message or a string is not UTF-8; `payload_too_large`
 *   if the message has more than {@link MAX_FIELDS} fields
 */
export function decodeMessage<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
  try {
    const fields = countFields(schema, new BinaryReader(bytes), bytes.length)
    if (fields <= MAX_FIELDS) return fromBinary(schema, bytes, { readUnknownFields: false })
  } catch (cause) {
    throw undecodable(schema, cause)
  }
  throw tooManyFields()
}

export function tooManyFields(): AppError {
  const message = `A message may have at most ${MAX_FIELDS} fields, including the fields of nested messages.`
  return new AppError(ErrorCode.PayloadTooLarge, message)
}

/** Counts the fields of the message that ends at `end`, nested messages included. Stops above {@link MAX_FIELDS}. */
function countFields(schema: DescMessage, reader: BinaryReader, end: number): number {
  let fields = 0
  while (reader.pos < end && fields <= MAX_FIELDS) {
    fields += 1
    const [number, wireType] = reader.tag()
    const inner = wireType === WireType.LengthDelimited ? messageAt(schema, number) : undefined
    if (wireType === WireType.Varint) {
      reader.uint64() // unlike `skip`, rejects a varint longer than ten bytes, as protobuf requires
    } else if (inner === undefined) {
      reader.skip(wireType, number)
    } else {
      const length = reader.uint32()
      fields += countFields(inner, reader, Math.min(reader.pos + length, end))
    }
  }
  return fields
}

function messageAt(schema: DescMessage, number: number): DescMessage | undefined {
  return schema.fields.find((field) => field.number === number)?.message
}

/** The error for a message that cannot be decoded. The decoder's message is not sent. */
function undecodable(schema: DescMessage, cause: unknown): AppError {
  const fault = isEncodingError(cause)
    ? 'a string field is not valid UTF-8'
    : `the bytes are not a protobuf message of type ${schema.typeName}`
  return new AppError(ErrorCode.InvalidRequest, `The request is not valid: ${fault}.`, { cause })
}

/** Whether an error was thrown by a TextDecoder with `fatal: true`. */
function isEncodingError(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
}
