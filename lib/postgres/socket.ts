import { Socket } from 'node:net'

/**
 * A socket for the driver, with three workarounds for its version 3.4.9:
 *
 *  1. `error` is emitted together with `close`, in one turn of the event loop. The driver removes a connection from its
 *     pool only on `close`: a query issued between the two would never settle, and its connection would be lost to the
 *     pool (porsager/postgres issue 1130). With TLS the driver wraps the socket in its own, without this workaround.
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

/** @param idleTimeoutMs closes a connection without traffic for this long (2) */
export function createSocketFactory(idleTimeoutMs: number): (address: Address) => Socket {
  let attempts = 0
  return ({ host, port, path }) => {
    const socket = new DriverSocket()
    const idle = Object.assign(new Error('PostgreSQL did not respond within the idle timeout'), { code: 'ETIMEDOUT' })
    socket.setTimeout(idleTimeoutMs, () => socket.destroy(idle))
    const index = attempts % host.length // 3
    attempts += 1
    return path ? socket.connect(path) : socket.connect(port[index] ?? 5432, host[index] ?? '127.0.0.1')
  }
}
