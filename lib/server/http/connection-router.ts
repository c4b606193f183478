import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/*
 * Routes connections on one port to HTTP/1.1 or HTTP/2. Invariants:
 *  1. The first bytes of a connection decide its protocol, once.
 *  2. No byte is lost: the bytes read to decide are put back before the connection is handed over.
 *  3. A connection is closed if its protocol is undecided at the timeout or when the client ends its side.
 *  4. After `close` there are no undecided connections.
 */

/** The first bytes of every HTTP/2 connection without TLS (RFC 9113, section 3.4). */
const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

export interface ConnectionRouter {
  /** Closes all connections whose protocol is undecided. */
  close(): void
}

/**
 * Replaces the `connection` listeners of an HTTP/1.1 server: connections that start with the HTTP/2 preface go to
 * `acceptHttp2`, all others to the original listeners. The server still listens, enforces its limits, and closes.
 *
 * @param firstBytesTimeoutMs how long a connection may take until its protocol is decided
 */
export function routeConnections(
  server: Server,
  acceptHttp2: (connection: Socket) => void,
  firstBytesTimeoutMs: number,
): ConnectionRouter {
  const acceptHttp1 = server.listeners('connection') as ((connection: Socket) => void)[]
  const undecided = new Set<Socket>()
  server.removeAllListeners('connection')
  server.on('connection', (connection: Socket) => {
    undecided.add(connection)
    readProtocol(connection, firstBytesTimeoutMs, (isHttp2) => {
      undecided.delete(connection)
      if (isHttp2) return acceptHttp2(connection)
      for (const accept of acceptHttp1) accept.call(server, connection)
      connection.resume()
    })
    connection.once('close', () => undecided.delete(connection))
  })
  return {
    close: () => {
      for (const connection of undecided) connection.destroy() // 4
    },
  }
}

function readProtocol(connection: Socket, timeoutMs: number, decided: (isHttp2: boolean) => void): void {
  let seen: Buffer = Buffer.alloc(0)
  const timeout = setTimeout(() => connection.destroy(), timeoutMs) // 3
  const onEnd = () => connection.destroy() // 3
  const stop = () => {
    clearTimeout(timeout)
    connection.off('data', onData).off('end', onEnd).off('error', stop).off('close', stop)
  }
  const onData = (chunk: Buffer) => {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk])
    const compared = Math.min(seen.length, HTTP2_PREFACE.length)
    const matches = seen.compare(HTTP2_PREFACE, 0, compared, 0, compared) === 0
    if (matches && compared < HTTP2_PREFACE.length) return // still undecided
    stop() // 1
    connection.pause()
    connection.unshift(seen) // 2
    decided(matches)
  }
  connection.on('data', onData).on('end', onEnd).on('error', stop).on('close', stop)
}
