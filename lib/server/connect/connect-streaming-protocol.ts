import { ConnectError } from '@connectrpc/connect'
import { endStreamToJson } from '@connectrpc/connect/protocol-connect'
import type { FastifyRequest } from 'fastify'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import { RPC_CODE } from '../../errors/status-codes.ts'
import { readOnlyMessage, toFrame } from '../grpc/frames.ts'
import { parseEncoding } from '../http/compression.ts'
import { assertUtf8Charset } from '../http/request-checks.ts'
import { errorDetails } from '../rpc-error.ts'
import { assertVersion, timeoutOf } from './connect-protocol.ts'
import type { StreamingProtocol } from './streaming-protocol.ts'

/*
 * The Connect protocol for server-streaming calls (connectrpc.com/docs/protocol, "Streaming RPCs"). Messages have the
 * same prefix as in gRPC, and the last one is JSON with the outcome.
 */

const MEDIA_TYPE = /^\s*application\/connect\+(json|proto)\s*(?:;|$)/i

export function isConnectStreaming({ method, headers }: FastifyRequest): boolean {
  return method === 'POST' && MEDIA_TYPE.test(headers['content-type'] ?? '')
}

export const connectStreamingProtocol: StreamingProtocol = {
  open: ({ headers }, method) => {
    assertUtf8Charset(headers['content-type'])
    assertVersion(headers)
    if (parseEncoding(headers['content-encoding']) !== undefined) throw compressedAsWhole()
    return {
      isBinary: encodingOf(headers['content-type']) === 'proto',
      timeoutMs: timeoutOf(headers),
      readMessage: async (readBody, maxBytes) =>
        readOnlyMessage(await readBody(), { method, headers, encodingHeader: 'connect-content-encoding', maxBytes }),
    }
  },
  contentType: ({ headers }) => `application/connect+${encodingOf(headers['content-type'])}`,
  end: (error, requestId) => {
    const frame = toFrame(
      Buffer.from(JSON.stringify(endStreamToJson(metadataOf(error), toConnectError(error, requestId), undefined))),
    )
    frame.writeUInt8(END_FLAG, 0)
    return frame
  },
}

const END_FLAG = 0x02

function encodingOf(contentType: string | undefined): string | undefined {
  return MEDIA_TYPE.exec(contentType ?? '')?.[1]?.toLowerCase()
}

/** What a unary response has as headers. */
function metadataOf(error: AppError | undefined): Headers {
  return new Headers(error?.retryAfterSeconds === undefined ? {} : { 'retry-after': String(error.retryAfterSeconds) })
}

function toConnectError(error: AppError | undefined, requestId: string): ConnectError | undefined {
  return error && new ConnectError(error.message, RPC_CODE[error.code], undefined, errorDetails(error, requestId))
}

function compressedAsWhole(): AppError {
  const message = 'The messages of a stream are compressed one by one; use connect-content-encoding.'
  return new AppError(ErrorCode.UnsupportedMediaType, message)
}
