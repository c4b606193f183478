import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { TlsTerminator } from '../tls/tls-terminator.ts'

/*
 * Routes connections on one port to HTTP/1.1 or HTTP/2, with or without TLS. Invariants:
 *  1. The first bytes of a connection decide its protocol, once. With TLS these are the first bytes after the
 *     handshake, and a connection is closed if they contradict what ALPN has selected.
 *  2. No byte is lost: the bytes read to decide are put back before the connection is handed over.
 *  3. A connection is closed if its protocol is undecided at the timeout, which includes the handshake, or when the
 *     client ends its side.
 *  4. After `close` there are no undecided connections.
 */

/** The first bytes of every HTTP/2 connection (RFC 9113, section 3.4). */
const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')
/** The first byte of every TLS connection: the type of the record with the ClientHello (RFC 8446, section 5.1). */
const TLS_HANDSHAKE = 22

export interface ConnectionRouter {
  /** Closes all connections whose protocol is undecided. */
  close(): void
}

export interface RouterOptions {
  readonly acceptHttp2: (connection: Socket) => void
  /** How long a connection may take until its protocol is decided. */
  readonly firstBytesTimeoutMs: number
  /** Undefined if the port is without TLS. */
  readonly tls: TlsTerminator | undefined
  /** Answers a client that sent something else than TLS to a port with TLS, and closes the connection. */
  readonly rejectWithoutTls: (connection: Socket) => void
}

/**
 * Replaces the `connection` listeners of an HTTP/1.1 server: connections that start with the HTTP/2 preface go to
 * `acceptHttp2`, all others to the original listeners. The server still listens, enforces its limits, and closes.
 */
export function routeConnections(server: Server, options: RouterOptions): ConnectionRouter {
  const { acceptHttp2, firstBytesTimeoutMs, tls, rejectWithoutTls } = options
  const acceptHttp1 = server.listeners('connection') as ((connection: Socket) => void)[]
  const undecided = new Set<Socket>()

  const handOver = (connection: Socket, isHttp2: boolean) => {
    if (isHttp2) return acceptHttp2(connection)
    for (const accept of acceptHttp1) accept.call(server, connection)
    connection.resume()
  }
  server.removeAllListeners('connection')
  server.on('connection', (connection: Socket) => {
    undecided.add(connection)
    const timeout = setTimeout(() => connection.destroy(), firstBytesTimeoutMs) // 3
    const decided = () => {
      clearTimeout(timeout)
      undecided.delete(connection)
    }
    connection.once('close', decided)
    if (tls === undefined) {
      readFirstBytes(connection, isHttp2Preface, (isHttp2) => {
        decided()
        handOver(connection, isHttp2)
      })
      return
    }
    readFirstBytes(connection, isTls, (isHandshake) => {
      if (!isHandshake) return rejectWithoutTls(connection)
      tls.secure(connection, (secured) => {
        readFirstBytes(secured, isHttp2Preface, (isHttp2) => {
          decided()
          if (agreeOnHttp2(secured, isHttp2)) handOver(secured, isHttp2)
          else secured.destroy() // 1
        })
      })
    })
  })
  return {
    close: () => {
      for (const connection of undecided) connection.destroy() // 4
    },
  }
}

/** Reads until `decide` knows the answer, and puts back what was read. */
function readFirstBytes(
  connection: Socket,
  decide: (seen: Buffer) => boolean | undefined,
  decided: (answer: boolean) => void,
): void {
  let seen: Buffer = Buffer.alloc(0)
  const onEnd = () => connection.destroy() // 3
  const stop = () => {
    connection.off('data', onData).off('end', onEnd).off('error', stop).off('close', stop)
  }
  const onData = (chunk: Buffer) => {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk])
    const answer = decide(seen)
    if (answer === undefined) return
    stop() // 1
    connection.pause()
    connection.unshift(seen) // 2
    decided(answer)
  }
  connection.on('data', onData).on('end', onEnd).on('error', stop).on('close', stop)
}

function isHttp2Preface(seen: Buffer): boolean | undefined {
  const compared = Math.min(seen.length, HTTP2_PREFACE.length)
  const matches = seen.compare(HTTP2_PREFACE, 0, compared, 0, compared) === 0
  return matches && compared < HTTP2_PREFACE.length ? undefined : matches
}

function isTls(seen: Buffer): boolean {
  return seen[0] === TLS_HANDSHAKE
}

/** Whether the first bytes are what ALPN has selected. Without ALPN the bytes alone decide. */
function agreeOnHttp2(connection: TLSSocket, isHttp2: boolean): boolean {
  if (connection.alpnProtocol !== false) return (connection.alpnProtocol === 'h2') === isHttp2
  if (isHttp2) connection.alpnProtocol = 'h2' // otherwise Node's HTTP/2 server rejects the connection
  return true
}
