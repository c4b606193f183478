import type { Log } from './log.ts'

const INTERVAL_MS = 10_000

/**
 * Throttles a message that may repeat thousands of times a second for hours. The first occurrence is logged at once;
 * then at most one line every ten seconds, with the number of occurrences since the previous line as `times` and the
 * fields of the latest one.
 *
 * @returns call it on each occurrence, with the fields of the line
 */
export function createThrottledLog(log: Log, level: 'warn' | 'error', message: string): (fields: object) => void {
  let timer: NodeJS.Timeout | undefined
  let suppressed: { times: number; latest: object } | undefined

  const startTimer = () => {
    timer = setTimeout(report, INTERVAL_MS).unref()
  }
  const report = () => {
    timer = undefined
    if (suppressed === undefined) return
    log[level]({ ...suppressed.latest, times: suppressed.times }, message)
    suppressed = undefined
    startTimer()
  }

  return (fields) => {
    if (timer !== undefined) {
      suppressed = { times: (suppressed?.times ?? 0) + 1, latest: fields }
      return
    }
    log[level](fields, message)
    startTimer()
  }
}
