import type { FastifyReply } from 'fastify'
import { createSink, sendItems } from '../send-items.ts'

/** A response that is sent as its items come. */
export interface ResponseStream<T> {
  readonly items: AsyncIterable<T>
  /** Returns the bytes of an item. */
  readonly encode: (item: T) => Uint8Array | string
  /** Records that the stream is complete, and returns its last bytes. */
  readonly succeed: () => Uint8Array | string
  /** Records why the stream ended early, and returns its last bytes, or undefined to break the connection. */
  readonly fail: (thrown: unknown) => Uint8Array | string | undefined
  /** Must abort when the response is closed, see `abortWhenClosed`. */
  readonly signal: AbortSignal
  /** A client that reads nothing for this long is disconnected. */
  readonly unreadTimeoutMs: number
  /** What is sent when no item has come for a while. */
  readonly heartbeat?: { readonly intervalMs: number; readonly text: string }
}

/** After this time without any traffic the kernel asks the client whether it is still there, and again each second. */
const KEEPALIVE_MS = 60_000

/**
 * Sends a streamed response over HTTP/1.1: its headers at once, so that the client knows that it is connected, and the
 * items as they come. Resolves when the stream has ended; the last bytes may still be on their way.
 */
export async function sendStream<T>(reply: FastifyReply, stream: ResponseStream<T>): Promise<void> {
  const { items, encode, succeed, fail, signal, unreadTimeoutMs, heartbeat } = stream
  const { raw } = reply.header('x-accel-buffering', 'no') // otherwise nginx would collect the items
  raw.writeHead(reply.statusCode, definedHeaders(reply))
  reply.hijack()
  raw.flushHeaders()
  raw.socket?.setKeepAlive(true, KEEPALIVE_MS)
  const sink = createSink(raw, unreadTimeoutMs, () => raw.destroy())
  const beat =
    heartbeat &&
    setInterval(() => raw.writableLength === 0 && sink.write(Buffer.from(heartbeat.text)), heartbeat.intervalMs)
  let last: Uint8Array | string | undefined
  try {
    const send = (item: T) => {
      beat?.refresh()
      return toBytes(encode(item))
    }
    await sendItems(items, sink, send, signal)
    last = succeed()
  } catch (thrown) {
    last = fail(thrown)
  } finally {
    clearInterval(beat)
  }
  if (raw.destroyed) return
  if (last === undefined) return void raw.destroy()
  sink.write(toBytes(last))
  raw.end()
}

function toBytes(part: Uint8Array | string): Uint8Array {
  return typeof part === 'string' ? Buffer.from(part) : part
}

function definedHeaders(reply: FastifyReply): Record<string, string | number | string[]> {
  const headers = Object.entries(reply.getHeaders())
  return Object.fromEntries(headers.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}
