/**
 * Callbacks for when a signal is aborted. Adding a listener to an AbortSignal takes time linear in the number of its
 * listeners, so that ten thousand waiting calls would use up the CPU of the test; here it takes constant time.
 */
export interface Stoppers {
  /** Calls `stop` when the signal is aborted, immediately if it already is. */
  add(stop: () => void): void
  remove(stop: () => void): void
  /** Resolves after `ms`, or when the signal is aborted. */
  pause(ms: number): Promise<void>
}

export function createStoppers(signal: AbortSignal): Stoppers {
  const stops = new Set<() => void>()
  signal.addEventListener('abort', () => {
    for (const stop of stops) stop()
  })
  const add = (stop: () => void) => {
    if (signal.aborted) stop()
    else stops.add(stop)
  }
  const remove = (stop: () => void) => void stops.delete(stop)
  return {
    add,
    remove,
    pause: (ms) =>
      new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer)
          remove(end)
          resolve()
        }
        const timer = setTimeout(end, ms)
        add(end)
      }),
  }
}
