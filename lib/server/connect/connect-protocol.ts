import type { DescMethod } from '@bufbuild/protobuf'
import { MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt'
import { ConnectError } from '@connectrpc/connect'
import { codeToHttpStatus, errorToJsonBytes } from '@connectrpc/connect/protocol-connect'
import type { FastifyRequest } from 'fastify'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import { invalidRequest } from '../../errors/parse.ts'
import { RPC_CODE } from '../../errors/status-codes.ts'
import { ACCEPTED_ENCODINGS, decompress, parseEncoding } from '../http/compression.ts'
import { assertUtf8Charset, assertValidQuery } from '../http/request-checks.ts'
import { errorDetails } from '../rpc-error.ts'
import type { CallHead, UnaryProtocol } from './unary-protocol.ts'

/*
 * The Connect protocol for unary calls (connectrpc.com/docs/protocol). Methods without side effects can be called with
 * GET and the message in the query. All other calls use POST.
 */

export const connectProtocol: UnaryProtocol = {
  open: (request, method) => {
    if (request.method === 'GET' && isSafe(method)) return openGet(request)
    if (request.method !== 'POST') throw methodNotAllowed(request.method, method)
    return openPost(request, method)
  },
  sendMessage: (reply, { isBinary }, message) =>
    reply.type(isBinary ? CONTENT_TYPE.proto : CONTENT_TYPE.json).send(message),
  sendError: (reply, error, requestId, method) => {
    if (error.code === ErrorCode.UnsupportedMediaType) {
      reply.header('accept-post', acceptedTypes(method)).header('accept-encoding', ACCEPTED_ENCODINGS)
    }
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds)
    return reply
      .code(HTTP_STATUS[error.code] ?? codeToHttpStatus(RPC_CODE[error.code]))
      .type(CONTENT_TYPE.json)
      .send(errorBody(error, requestId))
  },
}

function errorBody(error: AppError, requestId: string): Uint8Array {
  const { code, message } = error
  return errorToJsonBytes(
    new ConnectError(message, RPC_CODE[code], undefined, errorDetails(error, requestId)),
    undefined,
  )
}

const CONTENT_TYPE = { json: 'application/json', proto: 'application/proto' } as const
const STREAMING_TYPE = { json: 'application/connect+json', proto: 'application/connect+proto' } as const

/** Includes the types of gRPC-Web, which is served on the same paths. */
function acceptedTypes(method: DescMethod | undefined): string {
  const { json, proto } = method !== undefined && isStreaming(method) ? STREAMING_TYPE : CONTENT_TYPE
  return `${json}, ${proto}, application/grpc-web+proto, application/grpc-web+json`
}

/** Errors for which HTTP has a more specific status than the Connect code maps to. */
const HTTP_STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  [ErrorCode.RouteNotFound]: 404,
  [ErrorCode.MethodNotAllowed]: 405,
  [ErrorCode.UnsupportedMediaType]: 415,
}

/** The value of the `Allow` header for the path of a method. */
export function allowedMethods(method: DescMethod): string {
  return isSafe(method) ? 'GET, OPTIONS, POST' : 'OPTIONS, POST'
}

/** Whether a method can be called with GET. Connect has no GET for streams. */
function isSafe(method: DescMethod): boolean {
  return method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS && !isStreaming(method)
}

function isStreaming({ methodKind }: DescMethod): boolean {
  return methodKind !== 'unary'
}

function openPost({ headers }: FastifyRequest, method: DescMethod): CallHead {
  // a call of a streaming method with one of its own types does not come here
  if (isStreaming(method)) throw wrongType(method, STREAMING_TYPE)
  const isBinary = isBinaryType(headers['content-type'], method)
  assertVersion(headers)
  const encoding = parseEncoding(headers['content-encoding'])
  return {
    isBinary,
    timeoutMs: timeoutOf(headers),
    readMessage: async (readBody, maxBytes) => decompress(await readBody(), encoding, maxBytes),
  }
}

function openGet(request: FastifyRequest): CallHead {
  assertValidQuery(request)
  const { headers, query } = request
  const { connect, encoding, message, base64, compression } = query as Readonly<Record<string, string | undefined>>
  if (connect !== undefined && connect !== 'v1') throw invalid('connect', 'must be v1')
  if (encoding === undefined) throw invalid('encoding', 'is missing; it must be json or proto')
  if (encoding !== 'json' && encoding !== 'proto') throw unsupported('The parameter encoding must be json or proto.')
  if (message === undefined) throw invalid('message', 'is missing; it must be the message, in base64 if base64=1')
  if (base64 !== undefined && base64 !== '1') throw invalid('base64', 'must be 1 or absent')
  const compressed = parseEncoding(compression)
  return {
    isBinary: encoding === 'proto',
    timeoutMs: timeoutOf(headers),
    readMessage: (_readBody, maxBytes) =>
      decompress(base64 === '1' ? parseBase64(message) : Buffer.from(message), compressed, maxBytes),
  }
}

const MEDIA_TYPE = /^\s*application\/(json|proto)\s*(?:;|$)/i

function isBinaryType(contentType: string | undefined, method: DescMethod): boolean {
  const [, encoding] = MEDIA_TYPE.exec(contentType ?? '') ?? []
  if (encoding === undefined) throw wrongType(method, CONTENT_TYPE)
  assertUtf8Charset(contentType)
  return encoding.toLowerCase() === 'proto'
}

/** @throws AppError `invalid_request` */
export function assertVersion(headers: FastifyRequest['headers']): void {
  const version = headers['connect-protocol-version']
  if (version !== undefined && version !== '1') throw invalid('connect-protocol-version', 'must be 1')
}

/** @throws AppError `invalid_request` */
export function timeoutOf(headers: FastifyRequest['headers']): number | undefined {
  const timeout = headers['connect-timeout-ms']?.toString()
  if (timeout === undefined) return undefined
  if (/^\d{1,10}$/.test(timeout)) return Number(timeout)
  throw invalid('connect-timeout-ms', 'must be a whole number of milliseconds with at most ten digits')
}

/** Both base64 alphabets of RFC 4648, with or without padding. */
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/

function parseBase64(text: string): Buffer {
  const digits = text.replace(/=+$/, '').length
  if (BASE64.test(text) && digits % 4 !== 1) return Buffer.from(text, 'base64url')
  throw invalid('message', 'must be URL-safe base64, because base64=1 is set')
}

function methodNotAllowed(used: string, method: DescMethod): AppError {
  const allowed = isSafe(method) ? 'GET or POST' : 'POST'
  return new AppError(ErrorCode.MethodNotAllowed, `${method.name} cannot be called with ${used}; use ${allowed}.`)
}

function wrongType(method: DescMethod, { json, proto }: { readonly json: string; readonly proto: string }): AppError {
  const kind = isStreaming(method) ? 'a server-streaming' : 'a unary'
  return unsupported(`${method.name} is ${kind} method; the content-type must be ${json} or ${proto}.`)
}

function unsupported(message: string): AppError {
  return new AppError(ErrorCode.UnsupportedMediaType, message)
}

function invalid(path: string, message: string): AppError {
  return invalidRequest([{ path, message }])
}
