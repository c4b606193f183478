import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import { fromBinary } from '@bufbuild/protobuf'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { AppError, ErrorCode } from '../errors/app-error.ts'

/**
 * Each field costs time and memory, however short it is: eight megabytes of empty messages become four million objects.
 * The longest request that makes sense, a batch of 1,000 leads, has 8,000.
 */
export const MAX_FIELDS = 50_000

/**
 * Reads a message that a caller sent as binary protobuf. Fields that the message does not have are dropped.
 *
 * @throws AppError `invalid_request` when the bytes are not such a message, or one of its strings is not UTF-8;
 *   `payload_too_large` when it has too many fields
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

/** Says how many fields a message may have. */
export function tooManyFields(): AppError {
  const message = `A message may have ${MAX_FIELDS} fields at the most, with those of the messages in it.`
  return new AppError(ErrorCode.PayloadTooLarge, message)
}

/** The fields of a message that ends at `end`, with those of the messages in it; stops when there are too many. */
function countFields(schema: DescMessage, reader: BinaryReader, end: number): number {
  let fields = 0
  while (reader.pos < end && fields <= MAX_FIELDS) {
    fields += 1
    const [number, wireType] = reader.tag()
    const inner = wireType === WireType.LengthDelimited ? messageAt(schema, number) : undefined
    if (wireType === WireType.Varint) {
      reader.uint64() // unlike `skip`, refuses a varint of more than ten bytes, as protobuf demands
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

/** What the caller learns when a message could not be decoded; what the decoder says of it stays inside. */
function undecodable(schema: DescMessage, cause: unknown): AppError {
  const fault = isEncodingError(cause)
    ? 'a string field is not valid UTF-8'
    : `the bytes are not a protobuf message of type ${schema.typeName}`
  return new AppError(ErrorCode.InvalidRequest, `The request is not valid: ${fault}.`, { cause })
}

/** What a TextDecoder that replaces nothing throws. */
function isEncodingError(error: unknown): boolean {
  return error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
}
