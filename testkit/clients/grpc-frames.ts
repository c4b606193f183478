/* Frames of gRPC and gRPC-Web: a flag byte, the length in four bytes, and the message. */

export const FrameFlag = { Compressed: 0x01, Trailers: 0x80 } as const

/** @param length as declared in the prefix */
export function frame(message: Uint8Array, flag = 0, length = message.length): Buffer {
  const prefix = Buffer.alloc(5)
  prefix.writeUInt8(flag, 0)
  prefix.writeUInt32BE(length >>> 0, 1)
  return Buffer.concat([prefix, message])
}

export interface Frame {
  readonly flag: number
  readonly payload: Buffer
}

/** @returns undefined if the last frame is incomplete */
export function readFrames(bytes: Buffer): Frame[] | undefined {
  const frames: Frame[] = []
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length < at + 5) return undefined
    const end = at + 5 + bytes.readUInt32BE(at + 1)
    if (bytes.length < end) return undefined
    frames.push({ flag: bytes.readUInt8(at), payload: bytes.subarray(at + 5, end) })
    at = end
  }
  return frames
}
