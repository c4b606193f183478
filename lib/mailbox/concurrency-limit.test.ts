import { expect, test } from 'vitest'
import { type ConcurrencyLimit, createConcurrencyLimit } from './concurrency-limit.ts'

/** Observes a full worker that processes one message after the other, each in `eachMs`. */
function work(limit: ConcurrencyLimit, eachMs: number, messages: number): void {
  for (let i = 0; i < messages; i += 1) limit.observe(limit.limit * eachMs, limit.limit)
}

test('a fast worker reaches the maximum', () => {
  const limit = createConcurrencyLimit({ targetMs: 1_000, min: 16, max: 500 })
  expect(limit.limit).toBe(16)
  work(limit, 0.1, 200)
  expect(limit.limit).toBeGreaterThan(490)
  work(limit, 0, 200)
  expect(limit.limit).toBeGreaterThan(490)
})

test('a slow worker is limited to what it finishes in time, but never below the minimum', () => {
  const limit = createConcurrencyLimit({ targetMs: 1_000, min: 4, max: 500 })
  work(limit, 100, 1_000)
  expect(limit.limit).toBeGreaterThanOrEqual(9)
  expect(limit.limit).toBeLessThanOrEqual(10)
  work(limit, 60_000, 200)
  expect(limit.limit).toBe(4)
  work(limit, 1, 400)
  expect(limit.limit).toBeGreaterThan(490)
})

test('a worker whose latency does not depend on concurrency keeps the minimum', () => {
  const limit = createConcurrencyLimit({ targetMs: 4_000, min: 40, max: 1_024 })
  for (let i = 0; i < 1_000; i += 1) limit.observe(20_000, limit.limit)
  expect(limit.limit).toBe(40)
})

test('the maximum is never exceeded, even if the minimum is higher', () => {
  const limit = createConcurrencyLimit({ targetMs: 1_000, min: 16, max: 3 })
  expect(limit.limit).toBe(3)
  work(limit, 0, 50)
  expect(limit.limit).toBe(3)
})
