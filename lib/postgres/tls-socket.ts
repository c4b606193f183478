import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import { Duplex } from 'node:stream'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { connect } from 'node:tls'
import type { DatabaseTls } from './database-url.ts'

/*
 * A connection to PostgreSQL that is encrypted before the driver's first byte. The driver's own TLS (version 3.4.9)
 * replaces the socket that we give it by one of Node's, without the workarounds of socket.ts. Invariants:
 *  1. Nothing that the driver writes leaves before the server is verified, as `sslmode` demands.
 *  2. `error` and `close` are emitted together, as streams that are not sockets do by themselves.
 *  3. They are emitted after the callbacks of `setImmediate` in a turn of the event loop. The driver writes in these
 *     callbacks; if the connection closes before, it never writes on the next connection in the place of this one.
 */

/** SSLRequest: length 8 and its code (PostgreSQL documentation, "Message Formats"). */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
const ACCEPTED = 'S'
const REFUSED = 'N'

/** The code of an error when the connection cannot be encrypted, or the server cannot be verified. */
export const TLS_FAILED = 'TLS_FAILED'

export interface TlsSocketOptions {
  /** The connection, which may still be connecting. */
  readonly socket: Socket
  /** What the certificate must be for. */
  readonly host: string
  readonly tls: DatabaseTls
  readonly idleTimeoutMs: number | undefined
  readonly idleError: Error
  readonly onRejection: (error: Error) => void
}

class PostgresTlsSocket extends Duplex {
  readonly #options: TlsSocketOptions
  /** The socket or, once it is encrypted, the one of TLS. */
  #inner: Socket
  /** Continues the first write, which waits until the connection is encrypted. */
  #waiting: (() => void) | undefined
  #isReady = false

  constructor(options: TlsSocketOptions) {
    super({ allowHalfOpen: false })
    this.#options = options
    this.#inner = options.socket
    const { socket } = options
    socket.once('error', (error) => this.destroy(error))
    socket.once('close', () => this.destroy())
    socket.once('data', (answer: Buffer) => this.#onAnswer(answer.toString('latin1')))
    socket.write(SSL_REQUEST)
  }

  /** As of a socket; the driver ends only an open one. */
  get readyState(): 'opening' | 'open' | 'closed' {
    if (this.destroyed) return 'closed'
    return this.#isReady ? 'open' : 'opening'
  }

  setKeepAlive(enable: boolean, delayMs: number): this {
    this.#inner.setKeepAlive(enable, delayMs)
    return this
  }

  /** More bytes than one could be injected by somebody in between, before encryption (CVE-2021-23222). */
  #onAnswer(answer: string): void {
    const { socket, tls } = this.#options
    if (answer === ACCEPTED) this.#startTls()
    else if (answer === REFUSED && tls.mode === 'prefer') this.#start(socket)
    else this.#reject(answer === REFUSED ? 'it has no TLS' : 'it did not answer the request for TLS')
  }

  #startTls(): void {
    const { socket, host, tls } = this.#options
    let secure: TLSSocket
    try {
      secure = connect({ socket, ...verification(host, tls) })
    } catch (cause) {
      this.#reject(`the file with the authorities cannot be used (${reasonOf(cause)})`, cause)
      return
    }
    this.#inner = secure
    secure.once('error', (error: NodeJS.ErrnoException) => {
      if (this.#isReady || error.code === 'ECONNRESET') this.destroy(error)
      else this.#reject(reasonOf(error), error)
    })
    secure.once('close', () => this.destroy())
    secure.once('secureConnect', () => this.#start(secure))
  }

  #start(inner: Socket): void {
    const { idleTimeoutMs, idleError } = this.#options
    this.#inner = inner
    this.#isReady = true // 1
    if (idleTimeoutMs !== undefined) inner.setTimeout(idleTimeoutMs, () => this.destroy(idleError))
    inner.on('data', (chunk) => {
      if (!this.push(chunk)) inner.pause()
    })
    inner.once('end', () => this.push(null))
    this.#waiting?.()
    this.#waiting = undefined
  }

  #reject(reason: string, cause?: unknown): void {
    const error = new Error(`PostgreSQL was not accepted over TLS: ${reason}`, { cause })
    this.#options.onRejection(error)
    this.destroy(Object.assign(error, { code: TLS_FAILED }))
  }

  override _read(): void {
    if (this.#isReady) this.#inner.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    if (this.#isReady) this.#inner.write(chunk, (error) => done(error ?? undefined))
    else this.#waiting = () => this._write(chunk, _encoding, done)
  }

  override _final(done: () => void): void {
    this.#inner.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { socket } = this.#options
    this.#inner.on('error', () => undefined).destroy()
    socket.on('error', () => undefined).destroy()
    if (socket.closed)
      setImmediate(done, error) // 3
    else socket.once('close', () => done(error))
  }
}

/** Encrypts a connection before it is used; writes wait meanwhile. */
export function createTlsSocket(options: TlsSocketOptions): Duplex {
  return new PostgresTlsSocket(options)
}

function verification(host: string, { mode, caFile }: DatabaseTls): ConnectionOptions {
  if (mode === 'prefer' || mode === 'require') return { rejectUnauthorized: false, ...serverName(host) }
  return {
    // read for each connection, so that a renewed file is used without a restart
    ...(caFile !== undefined && { ca: readFileSync(caFile) }),
    host, // verified, not connected to
    ...serverName(host),
    ...(mode === 'verify-ca' && { checkServerIdentity: () => undefined }),
  }
}

/** An IP address is no server name (RFC 6066, section 3). */
function serverName(host: string): { servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {}
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
