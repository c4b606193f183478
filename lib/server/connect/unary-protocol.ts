import type { DescMethod } from '@bufbuild/protobuf'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AppError } from '../../errors/app-error.ts'

/** The parsed request headers of a call, or the query in case of GET. */
export interface CallHead {
  /** Whether messages are binary protobuf rather than JSON. */
  readonly isBinary: boolean
  /** The timeout set by the client, if any. */
  readonly timeoutMs: number | undefined
  /**
   * Returns the bytes of the message, decompressed.
   *
   * @param readBody reads the whole request body
   * @param maxBytes the maximum size of a message, before and after decompression
   * @throws AppError
   */
  readMessage(readBody: () => Promise<Buffer>, maxBytes: number): Promise<Buffer>
}

/** What the protocols over HTTP/1.1 have in common, unary or streaming. */
export interface HttpProtocol {
  /** @throws AppError if the request is invalid or unsupported */
  open(request: FastifyRequest, method: DescMethod): CallHead
}

/** The wire format of a protocol for unary calls over HTTP/1.1. */
export interface UnaryProtocol extends HttpProtocol {
  /** Sends an encoded message. */
  sendMessage(reply: FastifyReply, head: CallHead, message: Uint8Array): FastifyReply
  /** @param method undefined if the error has occurred before it was known */
  sendError(reply: FastifyReply, error: AppError, requestId: string, method?: DescMethod): FastifyReply
}
