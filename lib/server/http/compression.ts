import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import { invalidRequest } from '../../errors/parse.ts'

const DECOMPRESS = { gzip: promisify(gunzip), br: promisify(brotliDecompress), deflate: promisify(inflate) } as const
type Encoding = keyof typeof DECOMPRESS

/** The supported encodings of request messages, formatted for response headers. Responses are never compressed. */
export const ACCEPTED_ENCODINGS = Object.keys(DECOMPRESS).join(',')

/**
 * @param name the value of an encoding header, if present
 * @returns undefined if the message is not compressed
 * @throws AppError `unsupported_media_type`
 */
export function parseEncoding(name: string | undefined): Encoding | undefined {
  const encoding = name?.trim().toLowerCase() ?? ''
  if (encoding === '' || encoding === 'identity') return undefined
  if (Object.hasOwn(DECOMPRESS, encoding)) return encoding as Encoding
  const message = `The supported compressions are ${Object.keys(DECOMPRESS).join(', ')}.`
  throw new AppError(ErrorCode.UnsupportedMediaType, message)
}

/**
 * @param encoding a result of {@link parseEncoding}
 * @throws AppError `payload_too_large` if the result exceeds `maxBytes`, `invalid_request` if decompression fails
 */
export async function decompress(bytes: Buffer, encoding: Encoding | undefined, maxBytes: number): Promise<Buffer> {
  if (encoding === undefined || bytes.length === 0) return bytes
  try {
    return await withSlot(() => DECOMPRESS[encoding](bytes, { maxOutputLength: maxBytes }))
  } catch (cause) {
    if (cause instanceof RangeError && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE') {
      throw payloadTooLarge(maxBytes)
    }
    throw invalidRequest([{ path: '', message: `the message cannot be decompressed as ${encoding}` }])
  }
}

/**
 * Node's default number of threads for it. A message may grow a thousandfold, and is only counted once it is complete.
 */
const MAX_DECOMPRESSIONS = 4
let running = 0
const waiting: (() => void)[] = []

/** Limits the memory for messages being decompressed. Other messages wait in compressed form. */
async function withSlot<T>(work: () => Promise<T>): Promise<T> {
  if (running < MAX_DECOMPRESSIONS) running += 1
  else await new Promise<void>((resolve) => waiting.push(resolve))
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next() // passes the slot on
  }
}

export function payloadTooLarge(maxBytes: number): AppError {
  return new AppError(ErrorCode.PayloadTooLarge, `A message may have at most ${maxBytes} bytes.`)
}
