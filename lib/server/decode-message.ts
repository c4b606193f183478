import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import { fromBinary } from '@bufbuild/protobuf'
import { AppError, ErrorCode } from '../errors/app-error.ts'

/**
 * Reads a message that a caller sent as binary protobuf.
 * @throws AppError `invalid_request` when the bytes are not such a message, or one of its strings is not UTF-8
 */
export function decodeMessage<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
  try {
    return fromBinary(schema, bytes)
  } catch (cause) {
    throw undecodable(schema, cause)
  }
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
