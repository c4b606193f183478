import type { IncomingHttpHeaders } from 'node:http'
import type { DescMethod } from '@bufbuild/protobuf'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import { invalidRequest } from '../../errors/parse.ts'
import { createChunkList } from '../http/chunk-list.ts'
import { decompress, parseEncoding, payloadTooLarge } from '../http/compression.ts'

/** A message as transmitted. On the wire, a flag byte (1 if compressed) and its length in four bytes precede it. */
export interface Frame {
  readonly isCompressed: boolean
  readonly bytes: Buffer
}

export interface FrameReader {
  /**
   * @returns the messages that this chunk completes
   * @throws AppError `payload_too_large` as soon as a message declares more than `maxBytes`; `invalid_request`
   */
  push(chunk: Buffer): Frame[]
  /** @throws AppError `invalid_request` if the last message is incomplete */
  assertComplete(): void
}

const HEADER_BYTES = 5

/** Splits the body of a call into messages of at most `maxBytes`. */
export function createFrameReader(maxBytes: number): FrameReader {
  const pending = createChunkList()
  let pendingBytes = 0
  let current: { isCompressed: boolean; length: number } | undefined

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
        if (current === undefined) {
          if (pendingBytes < HEADER_BYTES) return frames
          current = parseHeader(take(HEADER_BYTES), maxBytes)
        }
        if (pendingBytes < current.length) return frames
        frames.push({ isCompressed: current.isCompressed, bytes: take(current.length) })
        current = undefined
      }
    },
    assertComplete: () => {
      if (pendingBytes > 0 || current !== undefined) throw invalid('the message is shorter than its declared length')
    },
  }
}

function parseHeader(header: Buffer, maxBytes: number) {
  const flag = header.readUInt8(0)
  if (flag > 1) throw invalid('a message must start with the byte 0, or 1 if it is compressed')
  const length = header.readUInt32BE(1)
  if (length > maxBytes) throw payloadTooLarge(maxBytes)
  return { isCompressed: flag === 1, length }
}

type EncodingHeader = 'grpc-encoding' | 'connect-content-encoding'

interface MessageOptions {
  readonly headers: IncomingHttpHeaders
  /** The header that names the compression of messages. Default `grpc-encoding`. */
  readonly encodingHeader?: EncodingHeader
  readonly maxBytes: number
}

/**
 * Returns the message of a frame, decompressed if necessary.
 *
 * @throws AppError `payload_too_large` if the message exceeds `maxBytes`, `invalid_request` if decompression fails,
 *   `unsupported_media_type` if the encoding is unknown
 */
export async function decompressFrame(
  { isCompressed, bytes }: Frame,
  { headers, encodingHeader = 'grpc-encoding', maxBytes }: MessageOptions,
): Promise<Buffer> {
  if (!isCompressed) return bytes
  const compression = parseEncoding([headers[encodingHeader]].flat()[0])
  if (compression !== undefined) return decompress(bytes, compression, maxBytes)
  throw invalid(`the message is marked as compressed, but ${encodingHeader} is missing`)
}

/**
 * Returns the message of a request that has exactly one, decompressed if necessary.
 *
 * @param body the whole body
 * @throws AppError `method_not_allowed` if there is not one message; see also {@link decompressFrame}
 */
export async function readOnlyMessage(
  body: Buffer,
  { method, ...options }: MessageOptions & { readonly method: DescMethod },
): Promise<Buffer> {
  const frames = createFrameReader(options.maxBytes)
  const [frame, ...more] = frames.push(body)
  frames.assertComplete()
  if (frame === undefined) throw notOneMessage(method, 'none')
  if (more.length > 0) throw notOneMessage(method, 'more')
  return decompressFrame(frame, options)
}

export function notOneMessage({ name }: DescMethod, received: 'none' | 'more'): AppError {
  return new AppError(ErrorCode.MethodNotAllowed, `${name} takes exactly one message, received ${received}.`)
}

function invalid(message: string): AppError {
  return invalidRequest([{ path: '', message }])
}

/** Prepends the frame header to a message. Responses are never compressed. */
export function toFrame(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + message.length)
  frame.writeUInt8(0, 0)
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, HEADER_BYTES)
  return frame
}
