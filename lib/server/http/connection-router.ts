import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/*
 * One port, two protocols. Invariants:
 *  1. A connection belongs to exactly one protocol, decided by its first bytes, once.
 *  2. No byte is lost: what was read to decide is put back before the connection is handed over.
 *  3. A connection that has not shown its protocol within the bound, or when its client ends, is closed.
 *  4. After `close` no connection waits for its first bytes.
 */

/** What every HTTP/2 connection without TLS begins with (RFC 9113, section 3.4). */
const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

export interface ConnectionRouter {
  /** Closes the connections that have not shown their protocol yet. */
  close(): void
}

/**
 * Puts itself in front of an HTTP/1.1 server: connections that begin with the HTTP/2 preface go to
 * `acceptHttp2`, all others to the server as before. The server keeps listening, limits and closing its own.
 *
 * @param firstBytesTimeoutMs how long a connection may take to show its protocol
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
      for (const connection of undecided) connection.destroy() // invariant 4
    },
  }
}

function readProtocol(connection: Socket, timeoutMs: number, decided: (isHttp2: boolean) => void): void {
  let seen: Buffer = Buffer.alloc(0)
  const timeout = setTimeout(() => connection.destroy(), timeoutMs) // invariant 3
  const onEnd = () => connection.destroy() // invariant 3
  const stop = () => {
    clearTimeout(timeout)
    connection.off('data', onData).off('end', onEnd).off('error', stop).off('close', stop)
  }
  const onData = (chunk: Buffer) => {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk])
    const compared = Math.min(seen.length, HTTP2_PREFACE.length)
    const matches = seen.compare(HTTP2_PREFACE, 0, compared, 0, compared) === 0
    if (matches && compared < HTTP2_PREFACE.length) return // may still become either
    stop() // invariant 1
    connection.pause()
    connection.unshift(seen) // invariant 2
    decided(matches)
  }
  connection.on('data', onData).on('end', onEnd).on('error', stop).on('close', stop)
}
