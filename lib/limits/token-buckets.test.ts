import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTokenBuckets } from './token-buckets.ts'

function bucketsAt(quota: number, windowSeconds: number, maxKeys = 1_000) {
  const clock = { ms: 0 }
  const buckets = createTokenBuckets({ rate: { quota, windowSeconds }, maxKeys, now: () => clock.ms })
  return { clock, buckets }
}

describe('a bucket', () => {
  test('gives its quota at once, and then refills evenly', () => {
    const { clock, buckets } = bucketsAt(10, 5)
    const taken = Array.from({ length: 11 }, () => buckets.take('a'))
    expect(taken.map(({ allowed }) => allowed)).toEqual([...Array(10).fill(true), false])
    expect(taken.map(({ remaining }) => remaining)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0])
    expect(taken[10]?.waitMs).toBeCloseTo(500)
    clock.ms = 499
    expect(buckets.take('a').allowed).toBe(false)
    clock.ms = 500
    expect(buckets.take('a')).toMatchObject({ allowed: true, remaining: 0 })
    clock.ms = 10_000
    expect(buckets.take('a').remaining).toBe(9)
  })

  test('does not pay for refused tokens, and tells when they will be there', () => {
    const { buckets } = bucketsAt(1_000, 10)
    expect(buckets.take('a', 700).allowed).toBe(true)
    expect(buckets.take('a', 500)).toMatchObject({ allowed: false, remaining: 300, waitMs: 2_000 })
    expect(buckets.take('a', 300)).toMatchObject({ allowed: true, remaining: 0 })
  })

  test('is not shared by other keys', () => {
    const { buckets } = bucketsAt(1, 1)
    expect([buckets.take('a'), buckets.take('b'), buckets.take('a')].map(({ allowed }) => allowed)).toEqual([
      true,
      true,
      false,
    ])
  })

  test('is only looked at by peek', () => {
    const { buckets } = bucketsAt(1, 1)
    expect(buckets.peek('a')).toEqual({ allowed: true, remaining: 1, waitMs: 0 })
    buckets.take('a')
    expect(buckets.peek('a')).toMatchObject({ allowed: false, remaining: 0, waitMs: 1_000 })
    expect(buckets.peek('a').allowed).toBe(false)
  })

  test('never gives more than its quota and the refill, in any period', () => {
    const steps = fc.array(fc.record({ waitMs: fc.nat(3_000), tokens: fc.integer({ min: 1, max: 20 }) }), {
      minLength: 1,
      maxLength: 60,
    })
    fc.assert(
      fc.property(steps, fc.integer({ min: 20, max: 50 }), fc.integer({ min: 1, max: 20 }), (all, quota, window) => {
        const { clock, buckets } = bucketsAt(quota, window)
        const given: { at: number; tokens: number }[] = []
        for (const { waitMs, tokens } of all) {
          clock.ms += waitMs
          if (buckets.take('a', tokens).allowed) given.push({ at: clock.ms, tokens })
        }
        for (const [first, { at }] of given.entries()) {
          let sum = 0
          for (const later of given.slice(first)) {
            sum += later.tokens
            expect(sum).toBeLessThanOrEqual(quota + ((later.at - at) / 1_000) * (quota / window) + 0.001)
          }
        }
      }),
    )
  })
})

test('the number of buckets is bounded, and an exhausted bucket in use stays exhausted', () => {
  const { buckets } = bucketsAt(5, 60, 100)
  for (let call = 0; call < 5; call += 1) buckets.take('flood')
  for (let other = 0; other < 2_000; other += 1) {
    buckets.take(`other ${other}`)
    expect(buckets.take('flood').allowed).toBe(false)
    expect(buckets.size).toBeLessThanOrEqual(100)
  }
})

test('an exhausted bucket is not forgotten before it has refilled', () => {
  const { clock, buckets } = bucketsAt(10, 10)
  clock.ms = 9_000
  for (let call = 0; call < 10; call += 1) buckets.take('a')
  for (; clock.ms < 18_000; clock.ms += 100) buckets.take('b')
  expect(buckets.peek('a').remaining).toBe(9)
})
