import type { ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'

/*
 * The sending side of every streamed response: server-streaming methods over each protocol, server-sent events, and
 * streamed bodies. Invariants:
 *  1. The next item is requested only when the connection accepts more, so a slow client holds one item and the
 *     buffers of its connection.
 *  2. When the signal aborts, sending ends at once, also while an item or the connection is awaited.
 *  3. An iterator that has not ended is returned, once. Its end is not awaited: a generator that awaits something ends
 *     only when that settles.
 *  4. Afterwards no listener is left on the signal. In between there is one, however many items there are; promises that
 *     race against the signal would pile up on it.
 *  5. A client that reads nothing for the unread timeout is disconnected. Not by the timeouts of Node's streams: those
 *     of an HTTP/2 stream restart whenever another stream of its connection is read.
 */

type Output = ServerResponse | ServerHttp2Stream

/** Where a response is written to. */
export interface Sink {
  /** Returns whether the connection accepts more at once. */
  write(bytes: Uint8Array): boolean
  /** Resolves when the connection accepts more. Never, if it is closed. */
  drained(): Promise<void>
}

/**
 * @param unreadTimeoutMs how long a client may read nothing although there is something to read. A response with nothing
 *   to send may be idle without limit
 * @param onUnread must close the connection
 */
export function createSink(output: Output, unreadTimeoutMs: number, onUnread: () => void): Sink {
  let unread = 0
  const timeout = setTimeout(() => {
    if (unread > 0) onUnread() // 5
  }, unreadTimeoutMs).unref()
  output.once('close', () => clearTimeout(timeout))
  const onRead = () => {
    unread -= 1
    if (!output.destroyed) timeout.refresh()
  }
  return {
    write: (bytes) => {
      if (unread === 0) timeout.refresh()
      unread += 1
      return output.write(bytes, onRead)
    },
    drained: () => new Promise((resolve) => output.once('drain', resolve)),
  }
}

/** Larger items are written in parts, so that the unread timeout applies to each part and not to the whole item. */
const MAX_PART_BYTES = 64 * 1024

/**
 * Sends items as they come. Resolves when the iterable has ended and everything was passed to `sink`.
 *
 * @param encode returns the bytes of an item; an error of it ends the stream like one of the iterable
 * @param signal must abort when the connection is closed
 * @throws what the iterable throws, or the reason of the signal
 */
export async function sendItems<T>(
  items: AsyncIterable<T>,
  sink: Sink,
  encode: (item: T) => Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]()
  const waiting = abortableWait(signal)
  let hasEnded = false
  try {
    while (!signal.aborted) {
      const next = await waiting.for(iterator.next())
      if (next.done) {
        hasEnded = true
        return
      }
      const bytes = encode(next.value)
      for (let at = 0; at < bytes.length; at += MAX_PART_BYTES) {
        if (!sink.write(bytes.subarray(at, at + MAX_PART_BYTES))) await waiting.for(sink.drained()) // 1
      }
    }
    throw signal.reason
  } finally {
    waiting.release() // 4
    if (!hasEnded) iterator.return?.().then(undefined, () => undefined) // 3; what it throws now is of no use
  }
}

/** Waits for one promise after the other, each until the signal aborts. */
function abortableWait(signal: AbortSignal) {
  let rejectCurrent: (reason: unknown) => void = () => undefined
  const onAbort = () => rejectCurrent(signal.reason) // 2
  signal.addEventListener('abort', onAbort)
  return {
    for: <T>(promise: PromiseLike<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        rejectCurrent = reject
        promise.then(resolve, reject)
        if (signal.aborted) onAbort()
      }),
    release: () => signal.removeEventListener('abort', onAbort),
  }
}
