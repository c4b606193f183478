import type { FastifyRequest } from 'fastify'
import { payloadTooLarge } from './compression.ts'
import { bodyFailure } from './http-refusals.ts'
import { createPieces } from './pieces.ts'

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
  const onEnd = () => resolve(pieces.join())
  const fail = (thrown: unknown) => {
    raw.off('data', onData).off('end', onEnd).resume()
    pieces.clear()
    reject(thrown)
  }
  // stays: the connection may break later
  raw.on('error', (cause) => fail(bodyFailure(request, cause)))
  if (Number(raw.headers['content-length']) > maxBytes) fail(payloadTooLarge(maxBytes))
  else raw.on('data', onData).on('end', onEnd)
  return promise
}
