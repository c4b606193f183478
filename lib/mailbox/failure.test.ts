import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import { backoffMs, classifyFailure, SnoozeError, TerminalError } from './failure.ts'

describe('a failure', () => {
  test.each([ErrorCode.Unavailable, ErrorCode.Overloaded])('with code %s holds the message', (code) => {
    expect(classifyFailure(new AppError(code, 'unreachable'))).toEqual({ kind: 'hold' })
  })

  test('that no retry can fix is terminal', () => {
    expect(classifyFailure(new TerminalError('unreadable'))).toEqual({ kind: 'terminal' })
  })

  const errors: unknown[] = [
    new Error('x'),
    new AppError(ErrorCode.Internal, 'x'),
    new AppError(ErrorCode.Cancelled, 'x'),
    'a string',
    undefined,
  ]
  test.each(errors)('such as %s is retried', (error) => {
    expect(classifyFailure(error)).toEqual({ kind: 'retry' })
  })

  test('that waits for capacity is a snooze with the requested delay, which is never zero', () => {
    const snoozed = (ms: number) => classifyFailure(new SnoozeError('rate limited', ms))
    expect(snoozed(100)).toEqual({ kind: 'snooze', delayMs: 100 })
    expect(snoozed(-1)).toEqual({ kind: 'snooze', delayMs: 25 })
    expect(snoozed(600_000)).toEqual({ kind: 'snooze', delayMs: 600_000 })
  })
})

describe('the retry delay', () => {
  test('doubles its ceiling with every attempt, up to 30 s', () => {
    const ceilings = [1, 2, 3, 4, 5, 6, 7, 8, 1_000].map((attempt) => backoffMs(attempt, 1))
    expect(ceilings).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  })

  test('is between a tenth of the ceiling and the ceiling, never zero', () => {
    const random = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.nat(2_000), random, (attempt, random) => {
        const ceiling = backoffMs(attempt, 1)
        const delay = backoffMs(attempt, random)
        expect(delay).toBeGreaterThanOrEqual(ceiling / 10)
        expect(delay).toBeLessThanOrEqual(ceiling)
        expect(Number.isInteger(delay)).toBe(true)
      }),
    )
    expect(backoffMs(3, 0)).toBe(200)
    expect(backoffMs(3, 0.5)).toBe(1_100)
  })

  test('differs between messages that failed together', () => {
    expect(new Set(Array.from({ length: 20 }, () => backoffMs(7))).size).toBeGreaterThan(1)
  })
})
