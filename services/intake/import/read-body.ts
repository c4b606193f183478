import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { addAbortSignal, PassThrough } from 'node:stream'

/**
 * The body, until the signal aborts; then reading throws. It goes through a stream of its own, since to end a request's
 * means to destroy its connection, and the answer with it. Whoever reads it destroys it when done: until then it listens
 * to the signal, which keeps it in memory for as long as one of the signal's sources lives.
 */
export function readBody(request: IncomingMessage, signal: AbortSignal): Readable {
  return addAbortSignal(signal, request.pipe(new PassThrough()))
}
