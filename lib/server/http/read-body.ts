import type { FastifyRequest } from 'fastify'
import { createChunkList } from './chunk-list.ts'
import { bodyFailure } from './client-errors.ts'
import { payloadTooLarge } from './compression.ts'

/**
 * Reads the whole body of a request. On an error it discards the rest, so that the response can be sent and the
 * connection reused.
 *
 * @param take is called with the size of each chunk before it is stored; it may throw to reject the body
 * @throws AppError `payload_too_large`; `cancelled` or `request_timeout` if the body is incomplete; what `take` throws
 */
export function readBody(
  request: Pick<FastifyRequest, 'raw'>,
  maxBytes: number,
  take: (bytes: number) => void = () => undefined,
): Promise<Buffer> {
  const { raw } = request
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks = createChunkList()
  let size = 0
  const onData = (chunk: Buffer) => {
    try {
      size += chunk.length
      if (size > maxBytes) throw payloadTooLarge(maxBytes)
      take(chunk.length)
      chunks.push(chunk)
    } catch (thrown) {
      fail(thrown)
    }
  }
  const onEnd = () => {
    stopListening()
    resolve(chunks.join())
  }
  const onError = (cause: Error) => fail(bodyFailure(request, cause))
  const fail = (thrown: unknown) => {
    stopListening()
    raw.resume()
    chunks.clear()
    reject(thrown)
  }
  /** An idle connection references its last request. Its listeners would keep the whole body in memory. */
  const stopListening = () => raw.off('data', onData).off('end', onEnd).off('error', onError)
  raw.on('error', ignoreError)
  raw.on('error', onError)
  if (Number(raw.headers['content-length']) > maxBytes) fail(payloadTooLarge(maxBytes))
  else raw.on('data', onData).on('end', onEnd)
  return promise
}

/** Stays registered: the connection may break later, and an `error` event without a listener ends the process. */
function ignoreError(): void {
  // a reader of the body has its own listener
}
