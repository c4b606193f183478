import type { Log } from './log.ts'

/** How long the log stays silent about what goes on happening. */
const INTERVAL_MS = 10_000

/**
 * Logs what may happen thousands of times a second for hours: the first time at once, and from then on one line every
 * ten seconds as long as it goes on, with the number of times since the line before as `times` and the fields of the
 * latest.
 *
 * @returns to be called each time, with the fields of the line
 */
export function createThrottledLog(log: Log, level: 'warn' | 'error', message: string): (fields: object) => void {
  let throttled: NodeJS.Timeout | undefined
  let unsaid: { times: number; latest: object } | undefined

  const throttle = () => {
    throttled = setTimeout(report, INTERVAL_MS).unref()
  }
  const report = () => {
    throttled = undefined
    if (unsaid === undefined) return
    log[level]({ ...unsaid.latest, times: unsaid.times }, message)
    unsaid = undefined
    throttle()
  }

  return (fields) => {
    if (throttled !== undefined) {
      unsaid = { times: (unsaid?.times ?? 0) + 1, latest: fields }
      return
    }
    log[level](fields, message)
    throttle()
  }
}
