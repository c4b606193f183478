import type { IncomingMessage } from 'node:http'
import { addAbortSignal, PassThrough } from 'node:stream'

/**
 * The body, until the signal aborts; then reading throws. It goes through a stream of its own, since to end a request's
 * means to destroy its connection, and the answer with it.
 */
export function readBody(request: IncomingMessage, signal: AbortSignal): AsyncIterable<Buffer> {
  return addAbortSignal(signal, request.pipe(new PassThrough()))
}
