import { Socket } from 'node:net'

/**
 * The connections of the driver, which differ from a plain socket in three ways that its version 3.4.9 needs:
 *
 *  1. An error is told together with the end of the connection, in one turn of the event loop. The driver takes a
 *     connection out of its pool only when it has ended: a query that was issued between the two would be sent to
 *     nowhere and never settle, and its place in the pool would be lost (porsager/postgres issue 1130). With TLS the
 *     driver puts a socket of its own on top, which does not know this.
 *  2. A connection on which nothing came or went for longer than any statement may run is dead, though nobody said so
 *     (its peer vanished, a network lost one direction): it is closed, and its place is free again.
 *  3. Of several hosts in a URL each try takes the next one.
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

/** The part of the driver's options that tells where to connect to. */
export interface Address {
  readonly host: readonly string[]
  readonly port: readonly number[]
  /** Of a Unix socket; wins over host and port. */
  readonly path: string | false
}

/** @param idleTimeoutMs how long a connection may be silent (2) */
export function createSocketFactory(idleTimeoutMs: number): (address: Address) => Socket {
  let attempts = 0
  return ({ host, port, path }) => {
    const socket = new DriverSocket()
    const silent = Object.assign(new Error('the database has not answered for too long'), { code: 'ETIMEDOUT' })
    socket.setTimeout(idleTimeoutMs, () => socket.destroy(silent))
    const index = attempts % host.length // 3
    attempts += 1
    return path ? socket.connect(path) : socket.connect(port[index] ?? 5432, host[index] ?? '127.0.0.1')
  }
}
