import type { OutgoingHttpHeaders } from 'node:http2'
import type { FastifyRequest } from 'fastify'
import { errorTrailers } from '../grpc/error.ts'
import { readOnlyMessage, toFrame } from '../grpc/frames.ts'
import { parseTimeoutMs } from '../grpc/headers.ts'
import { assertUtf8Charset } from '../http/request-checks.ts'
import type { StreamingProtocol } from './streaming-protocol.ts'
import type { UnaryProtocol } from './unary-protocol.ts'

/*
 * gRPC-Web for unary and server-streaming calls (github.com/grpc/grpc, doc/PROTOCOL-WEB.md). Bodies are gRPC frames, and the trailers are
 * the last frame of the response body. The base64 variant, application/grpc-web-text, is not supported.
 */

const MEDIA_TYPE = /^\s*application\/grpc-web(?:\+(json|proto))?\s*(?:;|$)/i

export function isGrpcWeb({ method, headers }: FastifyRequest): boolean {
  return method === 'POST' && MEDIA_TYPE.test(headers['content-type'] ?? '')
}

export const grpcWebProtocol: UnaryProtocol & StreamingProtocol = {
  open: ({ headers }, method) => {
    assertUtf8Charset(headers['content-type'])
    return {
      isBinary: !isJson(headers['content-type']),
      timeoutMs: parseTimeoutMs(headers['grpc-timeout']?.toString()),
      readMessage: async (readBody, maxBytes) =>
        readOnlyMessage(await readBody(), { method, headers, encodingHeader: 'grpc-encoding', maxBytes }),
    }
  },
  contentType: ({ headers }) => typeOf(!isJson(headers['content-type'])),
  end: (error, requestId) =>
    toTrailerFrame(error === undefined ? { 'grpc-status': 0 } : errorTrailers(error, requestId)),
  sendMessage: (reply, { isBinary }, message) =>
    reply.type(typeOf(isBinary)).send(Buffer.concat([toFrame(message), toTrailerFrame({ 'grpc-status': 0 })])),
  sendError: (reply, error, requestId) =>
    reply
      .type(typeOf(!isJson(reply.request.headers['content-type'])))
      .send(toTrailerFrame(errorTrailers(error, requestId))),
}

function isJson(contentType: string | undefined): boolean {
  return MEDIA_TYPE.exec(contentType ?? '')?.[1]?.toLowerCase() === 'json'
}

function typeOf(isBinary: boolean): string {
  return `application/grpc-web+${isBinary ? 'proto' : 'json'}`
}

const TRAILER_FLAG = 0x80

function toTrailerFrame(trailers: OutgoingHttpHeaders): Buffer {
  const lines = Object.entries(trailers).map(([name, value]) => `${name}: ${value}\r\n`)
  const frame = toFrame(Buffer.from(lines.join('')))
  frame.writeUInt8(TRAILER_FLAG, 0)
  return frame
}
