import { AppError, ErrorCode } from '../../errors/app-error.ts'
import { invalidRequest } from '../../errors/parse.ts'

/*
 * The headers of gRPC over HTTP/2 that have their own syntax (github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md).
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

/** `application/grpc` with an optional encoding and parameters; not `application/grpc-web`. */
const CONTENT_TYPE = /^application\/grpc(?:\+([^;\s]*))?\s*(?:;.*)?$/i

export function isGrpc(contentType: string | undefined): boolean {
  return CONTENT_TYPE.test(contentType ?? '')
}

/**
 * @throws AppError `unsupported_media_type` if the content type of a gRPC call names an encoding other than protobuf
 */
export function assertProtobuf(contentType: string | undefined): void {
  const [, encoding = 'proto'] = CONTENT_TYPE.exec(contentType ?? '') ?? []
  if (encoding.toLowerCase() === 'proto') return
  const message = 'Messages must be protobuf; set content-type to application/grpc or application/grpc+proto.'
  throw new AppError(ErrorCode.UnsupportedMediaType, message)
}

/** Percent-encodes a value of `grpc-message`: everything except printable ASCII, and `%` itself. */
export function encodeStatusMessage(text: string): string {
  return text.replaceAll(/[^\x20-\x24\x26-\x7e]+/g, (part) =>
    Buffer.from(part)
      .toString('hex')
      .toUpperCase()
      .replaceAll(/../g, (byte) => `%${byte}`),
  )
}
