/**
 * What is to be stopped when a signal is aborted. An AbortSignal looks through all its listeners to add one, so that ten
 * thousand calls that wait at once would take all of the runner's time for that.
 */
export interface Stoppers {
  /** Calls `stop` when the signal is aborted; at once when it was before. */
  add(stop: () => void): void
  remove(stop: () => void): void
  /** Resolves after that time, or when the signal is aborted. */
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
