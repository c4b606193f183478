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
 */

type Output = ServerResponse | ServerHttp2Stream

/**
 * Sends items as they come. Resolves when the iterable has ended and everything was passed to `output`, which it leaves
 * open.
 *
 * @param encode returns the bytes of an item; an error of it ends the stream like one of the iterable
 * @param signal must abort when `output` is closed
 * @throws what the iterable throws, or the reason of the signal
 */
export async function sendItems<T>(
  items: AsyncIterable<T>,
  output: Output,
  encode: (item: T) => Uint8Array | string,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  const iterator = items[Symbol.asyncIterator]()
  const waiting = abortableWait(signal)
  let hasEnded = false
  try {
    for (;;) {
      const next = await waiting.for(iterator.next())
      if (next.done) {
        hasEnded = true
        return
      }
      if (output.write(encode(next.value))) continue
      await waiting.for(new Promise((resolve) => output.once('drain', resolve))) // 1
    }
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

/**
 * Calls `onUnread` when the client has read nothing for `timeoutMs` although there is something to read. A stream
 * with nothing to send may be idle without limit.
 */
export function watchUnread(output: Output, timeoutMs: number, onUnread: () => void): void {
  // Node restarts the timeout whenever bytes are written or reach the client
  output.setTimeout(timeoutMs, () => {
    if (output.writableLength > 0) onUnread()
  })
}
