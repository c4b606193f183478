import type { DescMethodUnary } from '@bufbuild/protobuf'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AppError } from '../../errors/app-error.ts'

/** What the head of a request says of its call. */
export interface CallHead {
  /** Whether messages are binary protobuf; JSON otherwise. */
  readonly isBinary: boolean
  /** From the request to the deadline that the caller set, if it set one. */
  readonly timeoutMs: number | undefined
  /**
   * Gives the bytes of the message, decompressed.
   *
   * @param readBody reads the request's body to its end
   * @param maxBytes how many bytes a message may have at the most
   * @throws AppError
   */
  readMessage(readBody: () => Promise<Buffer>, maxBytes: number): Promise<Buffer>
}

/** A protocol for unary calls over HTTP/1.1, as far as a call's bytes are concerned. */
export interface UnaryProtocol {
  /** @throws AppError when the protocol does not allow such a request, or the server serves none */
  open(request: FastifyRequest, method: DescMethodUnary): CallHead
  /** Answers with the bytes of a message. */
  answer(reply: FastifyReply, head: CallHead, message: Uint8Array): FastifyReply
  refuse(reply: FastifyReply, error: AppError, requestId: string): FastifyReply
}
