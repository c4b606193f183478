import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { createThrottledLog } from './throttled-log.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A log of one kind of trouble, and what it has written. */
function openLog() {
  const { log, entries } = captureLog()
  const say = createThrottledLog(log, 'error', 'trouble')
  return { say, lines: () => entries().map(({ level, msg, number, times }) => ({ level, msg, number, times })) }
}

test('what happens once is logged at once, and never again', () => {
  const { say, lines } = openLog()
  say({ number: 1 })
  expect(lines()).toEqual([{ level: 50, msg: 'trouble', number: 1 }])
  vi.advanceTimersByTime(60_000)
  expect(lines()).toHaveLength(1)
})

test('what goes on has one line every ten seconds, with how often it happened since and its latest fields', () => {
  const { say, lines } = openLog()
  for (let number = 1; number <= 3_000; number += 1) {
    say({ number })
    vi.advanceTimersByTime(10)
  }
  expect(lines()).toEqual([
    { level: 50, msg: 'trouble', number: 1 },
    { level: 50, msg: 'trouble', number: 1_000, times: 999 },
    { level: 50, msg: 'trouble', number: 2_000, times: 1_000 },
    { level: 50, msg: 'trouble', number: 3_000, times: 1_000 },
  ])
})

test('what comes back after a throttled is logged at once', () => {
  const { say, lines } = openLog()
  say({ number: 1 })
  vi.advanceTimersByTime(10_000)
  say({ number: 2 })
  expect(lines()).toHaveLength(2)
})
