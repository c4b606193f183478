import type { FastifyReply } from 'fastify'
import { sendItems, watchUnread } from '../send-items.ts'

/** A response that is sent as its items come. */
export interface ResponseStream<T> {
  readonly items: AsyncIterable<T>
  /** Returns the bytes of an item. */
  readonly encode: (item: T) => Uint8Array | string
  /** Records that the stream is complete, and returns its last bytes. */
  readonly succeed: () => Uint8Array | string
  /** Records why the stream ended early, and returns its last bytes. */
  readonly fail: (thrown: unknown) => Uint8Array | string
  /** Must abort when the response is closed, see `abortWhenClosed`. */
  readonly signal: AbortSignal
  /** A client that reads nothing for this long is disconnected. */
  readonly unreadTimeoutMs: number
}

/**
 * Sends a streamed response over HTTP/1.1: its headers at once, so that the client knows that it is connected, and the
 * items as they come. Resolves when the stream has ended; the last bytes may still be on their way.
 */
export async function sendStream<T>(reply: FastifyReply, stream: ResponseStream<T>): Promise<void> {
  const { items, encode, succeed, fail, signal, unreadTimeoutMs } = stream
  const { raw } = reply.header('x-accel-buffering', 'no') // otherwise nginx would collect the items
  raw.writeHead(reply.statusCode, definedHeaders(reply))
  reply.hijack()
  raw.flushHeaders()
  watchUnread(raw, unreadTimeoutMs, () => raw.destroy())
  let last: Uint8Array | string
  try {
    await sendItems(items, raw, encode, signal)
    last = succeed()
  } catch (thrown) {
    last = fail(thrown)
  }
  if (!raw.destroyed) raw.end(last)
}

function definedHeaders(reply: FastifyReply): Record<string, string | number | string[]> {
  return Object.fromEntries(
    Object.entries(reply.getHeaders()).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
