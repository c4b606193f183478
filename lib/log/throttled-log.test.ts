import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { createThrottledLog } from './throttled-log.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A throttled log and the lines it has written. */
function openLog() {
  const { log, entries } = captureLog()
  const report = createThrottledLog(log, 'error', 'failed')
  return { report, lines: () => entries().map(({ level, msg, number, times }) => ({ level, msg, number, times })) }
}

test('a single occurrence is logged once, immediately', () => {
  const { report, lines } = openLog()
  report({ number: 1 })
  expect(lines()).toEqual([{ level: 50, msg: 'failed', number: 1 }])
  vi.advanceTimersByTime(60_000)
  expect(lines()).toHaveLength(1)
})

test('repeated occurrences are logged every ten seconds, with their count and the latest fields', () => {
  const { report, lines } = openLog()
  for (let number = 1; number <= 3_000; number += 1) {
    report({ number })
    vi.advanceTimersByTime(10)
  }
  expect(lines()).toEqual([
    { level: 50, msg: 'failed', number: 1 },
    { level: 50, msg: 'failed', number: 1_000, times: 999 },
    { level: 50, msg: 'failed', number: 2_000, times: 1_000 },
    { level: 50, msg: 'failed', number: 3_000, times: 1_000 },
  ])
})

test('an occurrence after ten quiet seconds is logged immediately', () => {
  const { report, lines } = openLog()
  report({ number: 1 })
  vi.advanceTimersByTime(10_000)
  report({ number: 2 })
  expect(lines()).toHaveLength(2)
})
