import { expect, test } from 'vitest'
import { type ConcurrencyLimit, createConcurrencyLimit } from './concurrency-limit.ts'

/** As a worker does that finishes one after the other, each in `eachMs`, with as many in flight as it may have. */
function work(limit: ConcurrencyLimit, eachMs: number, messages: number): void {
  for (let i = 0; i < messages; i += 1) limit.learn(limit.limit * eachMs, limit.limit)
}

test('a quick worker may have all in flight', () => {
  const limit = createConcurrencyLimit({ withinMs: 1_000, least: 16, most: 500 })
  expect(limit.limit).toBe(16)
  work(limit, 0.1, 200)
  expect(limit.limit).toBeGreaterThan(490)
  work(limit, 0, 200)
  expect(limit.limit).toBeGreaterThan(490)
})

test('a slow worker may have in flight what it finishes in time, and never less than the least', () => {
  const limit = createConcurrencyLimit({ withinMs: 1_000, least: 4, most: 500 })
  work(limit, 100, 1_000)
  expect(limit.limit).toBeGreaterThanOrEqual(9)
  expect(limit.limit).toBeLessThanOrEqual(10)
  work(limit, 60_000, 200)
  expect(limit.limit).toBe(4)
  work(limit, 1, 400)
  expect(limit.limit).toBeGreaterThan(490)
})

test('a worker whose messages take long however few are in flight keeps the least', () => {
  const limit = createConcurrencyLimit({ withinMs: 4_000, least: 40, most: 1_024 })
  for (let i = 0; i < 1_000; i += 1) limit.learn(20_000, limit.limit)
  expect(limit.limit).toBe(40)
})

test('the most is never passed, also when the least is more', () => {
  const limit = createConcurrencyLimit({ withinMs: 1_000, least: 16, most: 3 })
  expect(limit.limit).toBe(3)
  work(limit, 0, 50)
  expect(limit.limit).toBe(3)
})
