const TICK_MS = 100
/** A tick that is late by more than this is a stall, not normal scheduling. */
const LATE_MS = 400

/**
 * Measures for how long the machine did not run this process. The processes under test share the machine, so their time
 * limits are extended by that.
 */
export interface StallClock {
  /** Stalled time in milliseconds since `time`, a value of `performance.now()`. */
  since(time: number): number
  readonly longestMs: number
  stop(): void
}

export function startStallClock(): StallClock {
  const stalls: { readonly endedAt: number; readonly ms: number }[] = []
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    const lateMs = now - last - TICK_MS
    if (lateMs > LATE_MS) stalls.push({ endedAt: now, ms: lateMs })
    last = now
  }, TICK_MS)
  return {
    since: (time) => stalls.filter(({ endedAt }) => endedAt > time).reduce((sum, { ms }) => sum + ms, 0),
    get longestMs() {
      return Math.max(0, ...stalls.map(({ ms }) => ms))
    },
    stop: () => clearInterval(timer),
  }
}
