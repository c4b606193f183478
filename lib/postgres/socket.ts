import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { DatabaseTls } from './database-url.ts'
import { createTlsSocket } from './tls-socket.ts'

/**
 * A socket for the driver, with three workarounds for its version 3.4.9:
 *
 *  1. `error` is emitted together with `close`, in one turn of the event loop. The driver removes a connection from its
 *     pool only on `close`: a query issued between the two would never settle, and its connection would be lost to the
 *     pool (porsager/postgres issue 1130). With TLS, tls-socket.ts does the same.
 *  2. A connection without traffic for longer than any statement may run is dead even without an error (its peer
 *     vanished, or the network lost one direction). It is closed, which frees its place in the pool.
 *  3. With several hosts in the URL, each connection attempt uses the next one.
 */
class DriverSocket extends Socket {
  #heldError: unknown

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    const emit = super.emit as (event: string | symbol, ...args: unknown[]) => boolean
    if (event === 'error') {
      this.#heldError = args[0] // 1
      return true
    }
    if (event === 'close' && this.#heldError !== undefined) {
      const error = this.#heldError
      this.#heldError = undefined
      emit.call(this, 'error', error)
    }
    return emit.call(this, event, ...args)
  }
}

/** The driver options with the address of the server. */
export interface Address {
  readonly host: readonly string[]
  readonly port: readonly number[]
  /** Path of a Unix socket; takes precedence over host and port. */
  readonly path: string | false
}

export interface SocketOptions {
  /** Closes a connection without traffic for this long (2). Undefined without a limit. */
  readonly idleTimeoutMs?: number
  /** Undefined without TLS. Unix sockets are never encrypted. */
  readonly tls: DatabaseTls | undefined
  /** Called when a connection cannot be encrypted, or its server cannot be verified. */
  readonly onTlsRejection?: (error: Error) => void
}

export function createSocketFactory({
  idleTimeoutMs,
  tls,
  onTlsRejection = () => undefined,
}: SocketOptions): (address: Address) => Duplex {
  let attempts = 0
  return ({ host: hosts, port: ports, path }) => {
    const socket = new DriverSocket()
    const idleError = Object.assign(new Error('PostgreSQL did not respond within the idle timeout'), {
      code: 'ETIMEDOUT',
    })
    const index = attempts % hosts.length // 3
    attempts += 1
    const [host, port] = [hosts[index] ?? '127.0.0.1', ports[index] ?? 5432]
    if (tls !== undefined && !path) {
      socket.connect(port, host)
      return createTlsSocket({ socket, host, tls, idleTimeoutMs, idleError, onRejection: onTlsRejection })
    }
    if (idleTimeoutMs !== undefined) socket.setTimeout(idleTimeoutMs, () => socket.destroy(idleError))
    return path ? socket.connect(path) : socket.connect(port, host)
  }
}
