import { setTimeout as sleep } from 'node:timers/promises'

const TICK_MS = 10

export interface OpenLoop {
  /** Number of operations that have not ended. */
  readonly inFlight: number
  /** Runs another operation, now or after a delay; `finish` waits for it. */
  add(operation: () => Promise<void>, delayMs?: number): void
  /** Starts nothing new; runs what was delayed now. Resolves when every operation has ended. */
  finish(): Promise<void>
}

/**
 * Calls `send` at a steady rate, however long the operations take (an open loop).
 * @param send starts operation `number`, counted from 0, by `add`
 */
export function startOpenLoop(perSecond: number, send: (number: number, loop: OpenLoop) => void): OpenLoop {
  const finishing = new AbortController()
  const running = new Set<Promise<void>>()
  const track = (operation: Promise<void>) => {
    running.add(operation)
    void operation.finally(() => running.delete(operation))
  }
  const loop: OpenLoop = {
    get inFlight() {
      return running.size
    },
    add: (operation, delayMs) => {
      if (delayMs === undefined) return track(operation())
      const delay = sleep(delayMs, undefined, { signal: finishing.signal }).catch(() => undefined)
      track(delay.then(operation))
    },
    finish: async () => {
      clearInterval(timer)
      finishing.abort()
      while (running.size > 0) await Promise.all(running)
    },
  }
  const startedAt = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond)
    while (sent < due) send(sent++, loop)
  }, TICK_MS)
  return loop
}
