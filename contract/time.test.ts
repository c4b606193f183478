import { create } from '@bufbuild/protobuf'
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt'
import { describe, expect, test } from 'vitest'
import { dateOf, millisecondsOf } from './time.ts'

const duration = (seconds: bigint, nanos: number) => create(DurationSchema, { seconds, nanos })
const timestamp = (seconds: bigint, nanos: number) => create(TimestampSchema, { seconds, nanos })

describe('a Duration', () => {
  test.each([
    [5n, 0, 5_000],
    [0n, 999_999_999, 999.999999],
    [-1n, -500_000_000, -1_500],
    [0n, -1, -0.000001],
    [315_576_000_000n, 0, 315_576_000_000_000],
  ])('of %d s and %d ns is converted', (seconds, nanos, milliseconds) => {
    expect(millisecondsOf(duration(seconds, nanos), 'wait')).toBe(milliseconds)
  })

  test.each([
    [0n, 1_000_000_000, /nanos/],
    [0n, -1_000_000_000, /nanos/],
    [0n, 2_147_483_647, /nanos/],
    [1n, -1, /sign/],
    [-1n, 1, /sign/],
    [315_576_000_001n, 0, /seconds/],
    [-(2n ** 63n), 0, /seconds/],
    [2n ** 63n - 1n, 999_999_999, /seconds/],
  ])('of %d s and %d ns is rejected', (seconds, nanos, message) => {
    expect(() => millisecondsOf(duration(seconds, nanos), 'wait')).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        violations: [{ path: 'wait', message: expect.stringMatching(message) }],
      }),
    )
  })

  test('that is absent is undefined', () => expect(millisecondsOf(undefined, 'wait')).toBeUndefined())
})

describe('a Timestamp', () => {
  test.each([
    [0n, 0, '1970-01-01T00:00:00.000Z'],
    [-62_135_596_800n, 0, '0001-01-01T00:00:00.000Z'],
    [253_402_300_799n, 999_000_000, '9999-12-31T23:59:59.999Z'],
    [-1n, 999_000_000, '1969-12-31T23:59:59.999Z'],
  ])('of %d s and %d ns is converted', (seconds, nanos, text) => {
    expect(dateOf(timestamp(seconds, nanos), 'failed_after')?.toISOString()).toBe(text)
  })

  test.each([
    [0n, -1, /nanos/],
    [0n, 1_000_000_000, /nanos/],
    [-62_135_596_801n, 0, /years 1 to 9999/],
    [253_402_300_800n, 0, /years 1 to 9999/],
    [2n ** 63n - 1n, 0, /years 1 to 9999/],
  ])('of %d s and %d ns is rejected', (seconds, nanos, message) => {
    expect(() => dateOf(timestamp(seconds, nanos), 'failed_after')).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        violations: [{ path: 'failed_after', message: expect.stringMatching(message) }],
      }),
    )
  })

  test('that is absent is undefined', () => expect(dateOf(undefined, 'failed_after')).toBeUndefined())
})
