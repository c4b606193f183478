import type { FastifyRequest } from 'fastify'
import type { AppError } from '../../errors/app-error.ts'
import type { HttpProtocol } from './unary-protocol.ts'

/**
 * The wire format of a protocol for server-streaming calls over HTTP/1.1. Messages are sent as frames. Every outcome has the status 200, and errors
 * are in the last bytes of the body.
 */
export interface StreamingProtocol extends HttpProtocol {
  /** The content type of the response, with the encoding of the request. */
  contentType(request: FastifyRequest): string
  /** Returns the last bytes of the response. */
  end(error: AppError | undefined, requestId: string): Uint8Array
}
