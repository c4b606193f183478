import type { OutgoingHttpHeaders } from 'node:http2'
import { create, toBinary } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { StatusSchema } from '../../../gen/google/rpc/status_pb.ts'
import type { Violation } from '../../errors/app-error.ts'
import { AppError } from '../../errors/app-error.ts'
import { RPC_CODE } from '../../errors/status-codes.ts'
import { errorDetails } from '../rpc-error.ts'
import { encodeStatusMessage } from './headers.ts'

/**
 * grpc-java and clients built on the C core accept 8 KiB of headers and lose the whole status above that. The headers
 * contain the message twice, once percent-encoded, which may triple its size.
 */
const MAX_MESSAGE_BYTES = 1_024
const MAX_VIOLATIONS_BYTES = 1_536

/** Encodes an error as the trailers of a gRPC call. A long message or list of violations is truncated. */
export function errorTrailers(original: AppError, requestId: string): OutgoingHttpHeaders {
  const error = shorten(original)
  const code = RPC_CODE[error.code]
  const details = errorDetails(error, requestId).map(({ desc, value }) => anyPack(desc, create(desc, value)))
  const status = toBinary(StatusSchema, create(StatusSchema, { code, message: error.message, details }))
  return {
    'grpc-status': code, // Connect and gRPC use the same numbers
    'grpc-message': encodeStatusMessage(error.message),
    // the google.rpc.Status that gRPC clients read; the protocol requires base64 without padding
    'grpc-status-details-bin': Buffer.from(status).toString('base64').replace(/=+$/, ''),
  }
}

function shorten({ code, message, violations, retryAfterSeconds, metadata }: AppError): AppError {
  return new AppError(code, firstBytes(message), {
    violations: firstViolations(violations),
    metadata,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}

function firstBytes(text: string): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= MAX_MESSAGE_BYTES) return text
  // with `stream`, the decoder omits an incomplete last character
  return `${new TextDecoder().decode(bytes.subarray(0, MAX_MESSAGE_BYTES), { stream: true })}…`
}

function firstViolations(violations: readonly Violation[]): readonly Violation[] {
  let bytes = 0
  const firstTooMany = violations.findIndex(({ path, message }) => {
    bytes += Buffer.byteLength(path) + Buffer.byteLength(message)
    return bytes > MAX_VIOLATIONS_BYTES
  })
  if (firstTooMany < 0) return violations
  const more = { path: '', message: `there are ${violations.length - firstTooMany} more errors` }
  return [...violations.slice(0, firstTooMany), more]
}
