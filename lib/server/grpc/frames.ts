import type { AppError } from '../../errors/app-error.ts'
import { invalidRequest } from '../../errors/parse.ts'
import { decompress, parseEncoding, payloadTooLarge } from '../http/compression.ts'
import { createPieces } from '../http/pieces.ts'

/** A message as it comes over the wire, behind a byte that says whether it is compressed and four with its length. */
export interface Frame {
  readonly isCompressed: boolean
  readonly bytes: Buffer
}

export interface FrameReader {
  /**
   * @returns the messages that are whole with this chunk
   * @throws AppError `payload_too_large` as soon as a message announces more bytes than it may have; `invalid_request`
   */
  push(chunk: Buffer): Frame[]
  /** @throws AppError `invalid_request` when a message has begun that is not whole */
  assertWhole(): void
}

const HEADER_BYTES = 5

/** Cuts the body of a call into messages of at most `maxBytes`. */
export function createFrameReader(maxBytes: number): FrameReader {
  const pending = createPieces()
  let pendingBytes = 0
  let begun: { isCompressed: boolean; length: number } | undefined

  const take = (length: number): Buffer => {
    const bytes = pending.join()
    if (bytes.length > length) pending.push(bytes.subarray(length))
    pendingBytes -= length
    return bytes.subarray(0, length)
  }

  return {
    push: (chunk) => {
      const frames: Frame[] = []
      pending.push(chunk)
      pendingBytes += chunk.length
      for (;;) {
        if (begun === undefined) {
          if (pendingBytes < HEADER_BYTES) return frames
          begun = parseHeader(take(HEADER_BYTES), maxBytes)
        }
        if (pendingBytes < begun.length) return frames
        frames.push({ isCompressed: begun.isCompressed, bytes: take(begun.length) })
        begun = undefined
      }
    },
    assertWhole: () => {
      if (pendingBytes > 0 || begun !== undefined) throw invalid('the message is shorter than it announces')
    },
  }
}

function parseHeader(header: Buffer, maxBytes: number) {
  const flag = header.readUInt8(0)
  if (flag > 1) throw invalid('a message must begin with the byte 0, or 1 when it is compressed')
  const length = header.readUInt32BE(1)
  if (length > maxBytes) throw payloadTooLarge(maxBytes)
  return { isCompressed: flag === 1, length }
}

/**
 * The bytes of a frame's message, decompressed.
 *
 * @param encoding the value of `grpc-encoding`
 * @throws AppError `payload_too_large` when the message has more than `maxBytes`, `invalid_request` when it cannot be
 *   decompressed, `unsupported_media_type` when the encoding is unknown
 */
export async function decompressFrame(
  { isCompressed, bytes }: Frame,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  if (!isCompressed) return bytes
  const compression = parseEncoding(encoding)
  if (compression !== undefined) return decompress(bytes, compression, maxBytes)
  throw invalid('the message is marked as compressed, and grpc-encoding does not say how')
}

function invalid(message: string): AppError {
  return invalidRequest([{ path: '', message }])
}

/** A message with what goes before it; never compressed. */
export function toFrame(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + message.length)
  frame.writeUInt8(0, 0)
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, HEADER_BYTES)
  return frame
}
