import type { FastifyRequest } from 'fastify'
import { payloadTooLarge } from './compression.ts'
import { createPieces } from './pieces.ts'
import { bodyFailure } from './refusals.ts'

/**
 * Reads the body of a request to its end. When it rejects the rest is read and thrown away, so that the answer can be sent
 * on a connection that stays whole.
 *
 * @param take counts the bytes of each piece before it is kept, and may refuse them
 * @throws AppError `payload_too_large`; `cancelled` or `request_timeout` when it did not come to its end; what `take` throws
 */
export function readBody(
  request: Pick<FastifyRequest, 'raw'>,
  maxBytes: number,
  take: (bytes: number) => void = () => undefined,
): Promise<Buffer> {
  const { raw } = request
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const pieces = createPieces()
  let size = 0
  const onData = (chunk: Buffer) => {
    try {
      size += chunk.length
      if (size > maxBytes) throw payloadTooLarge(maxBytes)
      take(chunk.length)
      pieces.push(chunk)
    } catch (thrown) {
      fail(thrown)
    }
  }
  const onEnd = () => {
    stopListening()
    resolve(pieces.join())
  }
  const onError = (cause: Error) => fail(bodyFailure(request, cause))
  const fail = (thrown: unknown) => {
    stopListening()
    raw.resume()
    pieces.clear()
    reject(thrown)
  }
  /** A connection that stays open keeps its latest request, whose listeners would keep all that the call has read. */
  const stopListening = () => raw.off('data', onData).off('end', onEnd).off('error', onError)
  raw.on('error', ignoreError)
  raw.on('error', onError)
  if (Number(raw.headers['content-length']) > maxBytes) fail(payloadTooLarge(maxBytes))
  else raw.on('data', onData).on('end', onEnd)
  return promise
}

/** Stays: the connection may break later, and an error that nothing listens for ends the process. */
function ignoreError(): void {
  // whoever still reads the body listens, too
}
