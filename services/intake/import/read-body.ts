import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { addAbortSignal, PassThrough } from 'node:stream'
import { invalidRequest } from '../../../lib/errors/parse.ts'

/**
 * Returns the body as a stream that fails when the signal aborts. A separate stream, because destroying the request
 * would also close its connection and the response. The caller must destroy the stream when done: until then the signal
 * keeps a reference to it.
 */
export function readBody(request: IncomingMessage, signal: AbortSignal): Readable {
  return addAbortSignal(signal, request.pipe(new PassThrough()))
}

/**
 * Decodes UTF-8 that arrives in arbitrary pieces; drops a leading byte order mark.
 * @throws AppError `invalid_request` at invalid bytes: storing replacement characters would lose the original text
 */
export async function* readText(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for await (const bytes of body) yield decode(() => decoder.decode(bytes, { stream: true }))
  yield decode(() => decoder.decode())
}

function decode(decoding: () => string): string {
  try {
    return decoding()
  } catch {
    throw invalidRequest([{ path: '', message: 'the body must be UTF-8; one of the next rows has invalid bytes' }])
  }
}
