import { connect } from 'node:net'

/* Encodes and decodes HTTP/2 frames (RFC 9113, section 4.1), including invalid ones. */

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

export const FrameType = {
  Data: 0,
  Headers: 1,
  Priority: 2,
  RstStream: 3,
  Settings: 4,
  PushPromise: 5,
  Ping: 6,
  GoAway: 7,
  WindowUpdate: 8,
  Continuation: 9,
} as const

export function http2Frame(
  type: number,
  flags: number,
  stream: number,
  payload: Buffer,
  length = payload.length,
): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream >>> 0, 5)
  return Buffer.concat([head, payload])
}

/** What the server did before the timeout. */
export type Http2Reaction = 'ping ack' | 'closed' | 'timeout'

const PING = Buffer.from('hostile!')

/** Sends bytes followed by a ping. */
export function sendHttp2(port: number, bytes: Buffer, timeoutMs: number): Promise<Http2Reaction> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let received = Buffer.alloc(0)
    const finish = (reaction: Http2Reaction) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(reaction)
    }
    const timer = setTimeout(finish, timeoutMs, 'timeout')
    socket.on('error', () => finish('closed')).on('close', () => finish('closed'))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= 9) {
        const length = received.readUIntBE(0, 3)
        if (received.length < 9 + length) return
        const isAck = (received.readUInt8(4) & 1) === 1
        if (received.readUInt8(3) === FrameType.Ping && isAck) return finish('ping ack')
        received = received.subarray(9 + length)
      }
    })
    socket.write(Buffer.concat([bytes, http2Frame(FrameType.Ping, 0, 0, PING)]))
  })
}
