import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import { backoffMs, fateOf, RetryLaterError, TerminalError } from './failure.ts'

const MAX_DELIVERIES = 5
const anyDelivery = fc.integer({ min: 1, max: 2 * MAX_DELIVERIES })

describe('the fate of a message', () => {
  test.each([ErrorCode.Unavailable, ErrorCode.Overloaded])(
    'is to be held when a handler says %s, at any delivery',
    (code) => {
      fc.assert(
        fc.property(anyDelivery, (delivery) => {
          expect(fateOf(new AppError(code, 'away'), delivery, MAX_DELIVERIES)).toEqual({ kind: 'hold' })
        }),
      )
    },
  )

  test('is a dead letter when no other try can succeed, at any delivery', () => {
    fc.assert(
      fc.property(anyDelivery, (delivery) => {
        expect(fateOf(new TerminalError('unreadable'), delivery, MAX_DELIVERIES)).toEqual({ kind: 'dead_letter' })
      }),
    )
  })

  const faults: unknown[] = [
    new Error('x'),
    new AppError(ErrorCode.Internal, 'x'),
    new AppError(ErrorCode.Cancelled, 'x'),
    'a string',
    undefined,
  ]
  test.each(faults)('is another try after %s, up to the last delivery', (fault) => {
    fc.assert(
      fc.property(anyDelivery, (delivery) => {
        const retry = { kind: 'retry', delayMs: expect.any(Number) }
        const expected = delivery < MAX_DELIVERIES ? retry : { kind: 'dead_letter' }
        expect(fateOf(fault, delivery, MAX_DELIVERIES)).toEqual(expected)
      }),
    )
  })

  test('is another try when its handler asked for it, parked when that is too long to wait in the queue', () => {
    const later = (ms: number) => fateOf(new RetryLaterError('rate limited', ms), 1, MAX_DELIVERIES)
    expect(later(100)).toEqual({ kind: 'retry', delayMs: 100 })
    expect(later(-1)).toEqual({ kind: 'retry', delayMs: 25 }) // never at once
    expect(later(30_000)).toEqual({ kind: 'retry', delayMs: 30_000 })
    expect(later(30_001)).toEqual({ kind: 'park', delayMs: 30_001 })
    expect(fateOf(new RetryLaterError('rate limited', 60_000), MAX_DELIVERIES, MAX_DELIVERIES)).toEqual({
      kind: 'dead_letter',
    })
  })
})

describe('the delay before the next try', () => {
  test('doubles its ceiling with every try, up to 30 s', () => {
    const ceilings = [1, 2, 3, 4, 5, 6, 7, 8, 1_000].map((attempt) => backoffMs(attempt, 1))
    expect(ceilings).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  })

  test('is spread from a tenth of the ceiling to the ceiling, never zero', () => {
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

  test('differs between two that failed together', () => {
    expect(new Set(Array.from({ length: 20 }, () => backoffMs(7))).size).toBeGreaterThan(1)
  })
})
