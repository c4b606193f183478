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
 * Many clients accept 8 KiB of headers (grpc-java, and those built on the C core) and lose the whole status beyond that. The
 * message is in them twice, once percent-encoded, which may triple it.
 */
const MAX_MESSAGE_BYTES = 1_024
const MAX_VIOLATIONS_BYTES = 1_536

/** An error as the trailers of a gRPC call. A long message is cut, and of many violations only the first are named. */
export function errorTrailers(whole: AppError, requestId: string): OutgoingHttpHeaders {
  const error = shorten(whole)
  const code = RPC_CODE[error.code]
  const details = errorDetails(error, requestId).map(({ desc, value }) => anyPack(desc, create(desc, value)))
  const status = toBinary(StatusSchema, create(StatusSchema, { code, message: error.message, details }))
  return {
    'grpc-status': code, // Connect's codes are gRPC's, number for number
    'grpc-message': encodeStatusMessage(error.message),
    // where gRPC clients of every language look for a google.rpc.Status; base64 without padding, as the protocol asks
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
  // a decoder that expects more leaves out a character that is cut
  return `${new TextDecoder().decode(bytes.subarray(0, MAX_MESSAGE_BYTES), { stream: true })}…`
}

function firstViolations(violations: readonly Violation[]): readonly Violation[] {
  let bytes = 0
  const firstTooMany = violations.findIndex(({ path, message }) => {
    bytes += Buffer.byteLength(path) + Buffer.byteLength(message)
    return bytes > MAX_VIOLATIONS_BYTES
  })
  if (firstTooMany < 0) return violations
  const more = { path: '', message: `there are ${violations.length - firstTooMany} more faults` }
  return [...violations.slice(0, firstTooMany), more]
}
