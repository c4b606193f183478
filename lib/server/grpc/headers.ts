import { AppError, ErrorCode } from '../../errors/app-error.ts'
import { invalidRequest } from '../../errors/parse.ts'

/*
 * The headers of gRPC over HTTP/2 (github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md), as far as they have a syntax of their own.
 */

const UNIT_MS = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 0.001, n: 0.000_001 } as const
const TIMEOUT = /^(\d{1,8})([HMSmun])$/

/**
 * @param header the value of `grpc-timeout`
 * @returns milliseconds; undefined without the header
 * @throws AppError `invalid_request`
 */
export function parseTimeoutMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const [, amount, unit] = TIMEOUT.exec(header) ?? []
  if (amount === undefined) {
    throw invalidRequest([{ path: 'grpc-timeout', message: 'must be up to eight digits and one of H, M, S, m, u, n' }])
  }
  return Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS]
}

/** `application/grpc`, alone or with a parameter or the name of an encoding; not `application/grpc-web`. */
const CONTENT_TYPE = /^application\/grpc(?:\+([^;\s]*))?\s*(?:;.*)?$/i

/** Whether a content type is gRPC's. */
export function isGrpc(contentType: string | undefined): boolean {
  return CONTENT_TYPE.test(contentType ?? '')
}

/** @throws AppError `unsupported_media_type` when the messages of a gRPC call are not to be protobuf */
export function assertProtobuf(contentType: string | undefined): void {
  const [, encoding = 'proto'] = CONTENT_TYPE.exec(contentType ?? '') ?? []
  if (encoding.toLowerCase() === 'proto') return
  const message = 'Messages must be protobuf: send content-type: application/grpc or application/grpc+proto.'
  throw new AppError(ErrorCode.UnsupportedMediaType, message)
}

/** Percent-encodes what must not stand in `grpc-message`: all but printable ASCII, and `%` itself. */
export function encodeStatusMessage(text: string): string {
  return text.replaceAll(/[^\x20-\x24\x26-\x7e]+/g, (part) =>
    Buffer.from(part)
      .toString('hex')
      .toUpperCase()
      .replaceAll(/../g, (byte) => `%${byte}`),
  )
}
