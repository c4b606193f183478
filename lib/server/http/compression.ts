import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import { invalidRequest } from '../../errors/parse.ts'

const DECOMPRESS = { gzip: promisify(gunzip), br: promisify(brotliDecompress), deflate: promisify(inflate) } as const
type Encoding = keyof typeof DECOMPRESS

/** What RPC messages may be compressed with, as the headers that tell callers so list it. Answers never are compressed. */
export const ACCEPTED_ENCODINGS = Object.keys(DECOMPRESS).join(',')

/**
 * @param name the name of a compression as a request has it, if it has one
 * @returns undefined when nothing is compressed
 * @throws AppError `unsupported_media_type`
 */
export function parseEncoding(name: string | undefined): Encoding | undefined {
  const encoding = name?.trim().toLowerCase() ?? ''
  if (encoding === '' || encoding === 'identity') return undefined
  if (Object.hasOwn(DECOMPRESS, encoding)) return encoding as Encoding
  const message = `A message may be compressed with ${Object.keys(DECOMPRESS).join(', ')}, or not at all.`
  throw new AppError(ErrorCode.UnsupportedMediaType, message)
}

/**
 * @param encoding of {@link parseEncoding}
 * @throws AppError `payload_too_large` when more than `maxBytes` come out, `invalid_request` when it cannot be decompressed
 */
export async function decompress(bytes: Buffer, encoding: Encoding | undefined, maxBytes: number): Promise<Buffer> {
  if (encoding === undefined || bytes.length === 0) return bytes
  try {
    return await inTurn(() => DECOMPRESS[encoding](bytes, { maxOutputLength: maxBytes }))
  } catch (cause) {
    if (cause instanceof RangeError && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE') {
      throw payloadTooLarge(maxBytes)
    }
    throw invalidRequest([{ path: '', message: `the message cannot be decompressed as ${encoding}` }])
  }
}

/** As many as Node has threads for it. A message may become a thousand times as long, which is counted when it is whole. */
const MAX_DECOMPRESSIONS = 4
let running = 0
const waiting: (() => void)[] = []

/** Bounds the memory of messages that are being decompressed: the others wait, compressed. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running < MAX_DECOMPRESSIONS) running += 1
  else await new Promise<void>((resolve) => waiting.push(resolve))
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next() // it takes the place over
  }
}

export function payloadTooLarge(maxBytes: number): AppError {
  return new AppError(ErrorCode.PayloadTooLarge, `A message may have ${maxBytes} bytes at the most.`)
}
