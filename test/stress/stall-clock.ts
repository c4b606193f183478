const TICK_MS = 100
/** A tick that is this much late is a stall, not scheduling as usual. */
const LATE_MS = 400

/**
 * Measures for how long this process got no time from the machine. What it tests shares that machine: it is given the time
 * that it could not have either.
 */
export interface StallClock {
  /** How long it stalled since a time of `performance.now()`, in milliseconds. */
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
