import type { FastifyRequest } from 'fastify'
import { AppError } from '../errors/app-error.ts'
import type { HeldBody } from './body-budget.ts'
import { weightOfBytes } from './body-budget.ts'
import { payloadTooLarge } from './compression.ts'
import { bodyFailure } from './http-refusals.ts'

/**
 * Reads the body of a request to its end. When it throws the rest is read and thrown away, so that the answer can be sent
 * on a connection that stays whole.
 *
 * @param held takes each piece, before it is kept
 * @throws AppError `payload_too_large`; `overloaded`; `cancelled` or `request_timeout` when it did not come to its end
 */
export async function readBody(request: FastifyRequest, maxBytes: number, held: HeldBody): Promise<Buffer> {
  const { raw } = request
  const weight = weightOfBytes(raw.headers)
  const chunks: Buffer[] = []
  let size = 0
  try {
    if (Number(raw.headers['content-length']) > maxBytes) throw payloadTooLarge(maxBytes)
    for await (const chunk of raw.iterator({ destroyOnReturn: false })) {
      size += chunk.length
      if (size > maxBytes) throw payloadTooLarge(maxBytes)
      held.take(chunk.length * weight)
      chunks.push(chunk as Buffer)
    }
  } catch (thrown) {
    raw.on('error', () => undefined) // the connection may break later
    raw.resume()
    throw thrown instanceof AppError ? thrown : bodyFailure(request, thrown)
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size)
}
