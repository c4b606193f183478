import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'

/** Stands between services and a server, or between two servers, and does what networks do. */
export interface TcpProxy {
  readonly port: number
  /** Resets every connection; new ones are let through. */
  cut(): void
  /** Ends one direction of every connection while the other may go on: what clients send, or what the server does. */
  halfClose(direction: 'to-server' | 'to-client'): void
  /** From now on every chunk arrives so much later, in both directions and in order. */
  delay(ms: number): void
  /** True resets every connection and lets nobody through until false. */
  block(wanted: boolean): void
  close(): Promise<void>
}

/** @param port of the server, on 127.0.0.1 */
export async function startProxy(port: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [client: Socket, upstream: Socket]>()
  let delayMs = 0
  let blocked = false

  const forward = (from: Socket, to: Socket) => {
    const deliver = createDelayLine(() => delayMs)
    from.on('data', (chunk) => deliver(() => to.writable && to.write(chunk)))
    from.on('end', () => deliver(() => to.end()))
    // a killed peer resets its connection, and so do we towards the other one
    from.on('error', () => to.resetAndDestroy())
    from.on('close', () => deliver(() => to.destroy()))
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (blocked) return void client.on('error', () => undefined).resetAndDestroy()
    const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const pair = [client, upstream] as const
    pairs.add(pair)
    client.on('close', () => pairs.delete(pair))
    forward(client, upstream)
    forward(upstream, client)
  })
  const cut = () => {
    for (const socket of [...pairs].flat()) socket.resetAndDestroy()
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port, // a TCP server that listens has one
    cut,
    halfClose: (direction) => {
      for (const [client, upstream] of pairs) (direction === 'to-server' ? upstream : client).end()
    },
    delay: (ms) => {
      delayMs = ms
    },
    block: (wanted) => {
      blocked = wanted
      if (blocked) cut()
    },
    close: async () => {
      server.close()
      cut()
      await once(server, 'close')
    },
  }
}

/** Does one thing after the other, each so much later as `delayMs` says when it comes, also while that changes. */
function createDelayLine(delayMs: () => number): (act: () => void) => void {
  const waiting: { at: number; act: () => void }[] = []
  const pump = () => {
    for (let first = waiting[0]; first && first.at <= performance.now(); first = waiting[0]) {
      waiting.shift()
      first.act()
    }
    if (waiting[0]) setTimeout(pump, Math.max(1, waiting[0].at - performance.now()))
  }
  return (act) => {
    if (waiting.length === 0 && delayMs() === 0) return act()
    waiting.push({ at: performance.now() + delayMs(), act })
    if (waiting.length === 1) setTimeout(pump, Math.max(1, delayMs()))
  }
}
