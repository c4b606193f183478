import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { nonEphemeralPort } from './ports.ts'

/*
 * A TCP proxy between clients and a server, or between two servers, that injects network faults. Invariants:
 *  1. Bytes that are passed on keep their order within one direction of a connection, whatever the delay.
 *  2. Each end sees what the other end does: a FIN as a FIN, so that half-closed connections stay half-closed, and an
 *     error as a reset.
 *  3. The port stays the same across `cut` and `heal`.
 */

type Direction = 'to-server' | 'to-client'

export interface TcpProxy {
  readonly host: string
  readonly port: number
  /** Number of clients that are connected. */
  readonly connections: number
  /** The URL of the server with the address of the proxy. */
  readonly url: string
  /** Returns another URL of the server with the address of the proxy. */
  through(targetUrl: string): string
  /** Closes every connection and refuses new ones, like a server that is down. */
  cut(): Promise<void>
  /**
   * Ends `cut`, `discardFromClients` and `discardRepliesTo`: closes the connections that exist and accepts new ones.
   */
  heal(): Promise<void>
  /** Resets every connection; new ones are accepted. */
  reset(): void
  /** While true, resets every connection, new ones as well. */
  block(wanted: boolean): void
  /** Ends one direction of every connection; the other direction stays open. */
  halfClose(direction: Direction): void
  /** Delays every chunk in both directions by `ms` from now on. */
  delay(ms: number): void
  /** Discards everything that clients send, like a network that has silently lost one direction. */
  discardFromClients(): void
  /** Discards everything the server sends once a client has sent `text`: the request is executed, its reply is lost. */
  discardRepliesTo(text: string): void
  /** Holds back what clients send, on the connections that exist (`current`) or on those still to come (`new`). */
  hold(which: 'current' | 'new'): HeldConnections
  close(): Promise<void>
}

interface HeldConnections {
  /** Passes on what was held back, and stops holding. */
  release(): void
  /** Resolves when the held connections have closed, that is, when the server has read or refused everything. */
  closed(): Promise<void>
}

export interface TcpProxyOptions {
  /** Starts as after `cut`. Default: false. */
  readonly isCut?: boolean
  /** Sends what clients send in packets of one byte. Default: false. */
  readonly bytewise?: boolean
  /** Called for each connection; the function it returns maps a chunk from the server to what the client receives. */
  readonly filterReplies?: () => (chunk: Buffer) => readonly Buffer[]
}

interface Connection {
  readonly client: Socket
  readonly upstream: Socket
}

const HOST = '127.0.0.1'

/** @param targetUrl names the host and port of the server */
export async function startTcpProxy(targetUrl: string, options: TcpProxyOptions = {}): Promise<TcpProxy> {
  const target = new URL(targetUrl)
  const port = await nonEphemeralPort()
  const connections = new Set<Connection>()
  const heldNew = new Set<Connection[]>()
  let delayMs = 0
  let isBlocked = false
  let discarding: Direction | undefined
  let lastRequest: string | undefined

  /** @param pieces what becomes of a chunk */
  const forward = (from: Socket, to: Socket, bytewise: boolean, pieces: (chunk: Buffer) => readonly Buffer[]) => {
    const deliver = createDeliveryQueue(() => delayMs, bytewise)
    from.on('data', (chunk) => {
      for (const piece of pieces(chunk)) {
        for (const part of bytewise ? bytesOf(piece) : [piece]) deliver(() => to.writable && to.write(part)) // 1
      }
    })
    from.on('end', () => deliver(() => to.end())) // 2
    from.on('error', () => to.resetAndDestroy()) // 2
    from.on('close', () => deliver(() => to.destroy()))
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (isBlocked) return void client.on('error', () => undefined).resetAndDestroy()
    const upstream = connect({ host: target.hostname, port: Number(target.port), allowHalfOpen: true, noDelay: true })
    const connection = { client, upstream }
    connections.add(connection)
    client.on('close', () => connections.delete(connection))
    const filter = options.filterReplies?.() ?? ((chunk: Buffer) => [chunk])
    forward(client, upstream, options.bytewise ?? false, (chunk) => {
      const passed = discarding === 'to-server' ? [] : [chunk]
      if (lastRequest !== undefined && chunk.includes(lastRequest)) discarding = 'to-client'
      return passed
    })
    forward(upstream, client, false, (chunk) => (discarding === 'to-client' ? [] : filter(chunk)))
    for (const held of heldNew) held.push(pause(connection))
  })

  const listen = async () => {
    server.listen(port, HOST)
    await once(server, 'listening')
  }
  const cut = async () => {
    const closed = server.listening ? once(server, 'close') : undefined
    server.close()
    for (const { client, upstream } of connections) {
      client.destroy()
      upstream.destroy()
    }
    await closed
  }
  const reset = () => {
    for (const { client, upstream } of connections) {
      client.resetAndDestroy()
      upstream.resetAndDestroy()
    }
  }
  const through = (url: string) => Object.assign(new URL(url), { hostname: HOST, port: String(port) }).href
  if (options.isCut !== true) await listen()

  return {
    host: HOST,
    port,
    get connections() {
      return connections.size
    },
    url: through(targetUrl),
    through,
    cut,
    heal: async () => {
      await cut()
      discarding = undefined
      lastRequest = undefined
      await listen() // 3
    },
    reset,
    block: (wanted) => {
      isBlocked = wanted
      if (isBlocked) reset()
    },
    halfClose: (direction) => {
      for (const { client, upstream } of connections) (direction === 'to-server' ? upstream : client).end()
    },
    delay: (ms) => {
      delayMs = ms
    },
    discardFromClients: () => {
      discarding = 'to-server'
    },
    discardRepliesTo: (text) => {
      lastRequest = text
    },
    hold: (which) => {
      const held = which === 'current' ? [...connections].map(pause) : []
      if (which === 'new') heldNew.add(held)
      return {
        release: () => {
          heldNew.delete(held)
          for (const { client } of held) client.resume()
        },
        closed: async () => {
          await Promise.all(held.map(({ client }) => client.closed || once(client, 'close')))
        },
      }
    },
    close: cut,
  }
}

function pause(connection: Connection): Connection {
  connection.client.pause()
  return connection
}

function bytesOf(chunk: Buffer): Buffer[] {
  return Array.from(chunk, (byte) => Buffer.of(byte))
}

/**
 * Runs actions in order, each `delayMs` after it was queued, also while the delay changes. With `bytewise`, an event
 * loop turn passes between two actions, so that the receiver does not read both at once.
 */
function createDeliveryQueue(delayMs: () => number, bytewise: boolean): (act: () => void) => void {
  const waiting: { readonly at: number; readonly act: () => void }[] = []
  const drain = async () => {
    for (let first = waiting[0]; first; first = waiting[0]) {
      const leftMs = first.at - performance.now()
      if (leftMs > 0) {
        await sleep(leftMs)
        continue
      }
      first.act()
      if (bytewise) await nextTurn()
      waiting.shift()
    }
  }
  return (act) => {
    if (waiting.length === 0 && delayMs() === 0 && !bytewise) return act()
    waiting.push({ at: performance.now() + delayMs(), act })
    if (waiting.length === 1) void drain()
  }
}
