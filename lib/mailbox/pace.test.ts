import { expect, test } from 'vitest'
import { createPace } from './pace.ts'

/** As a worker does that finishes one after the other, each in `eachMs`, with as many in hand as it may have. */
function work(pace: ReturnType<typeof createPace>, eachMs: number, messages: number): void {
  for (let i = 0; i < messages; i += 1) pace.finished(pace.limit * eachMs, pace.limit)
}

test('whoever is quick may have all', () => {
  const pace = createPace(1_000, 500)
  expect(pace.limit).toBeLessThan(500)
  work(pace, 0.1, 200)
  expect(pace.limit).toBeGreaterThan(490)
  work(pace, 0, 200)
  expect(pace.limit).toBeGreaterThan(490)
})

test('whoever is slow may have what can be finished in time, and one at the least', () => {
  const pace = createPace(1_000, 500)
  work(pace, 100, 200)
  expect(pace.limit).toBe(10)
  work(pace, 60_000, 200)
  expect(pace.limit).toBe(1)
  work(pace, 1, 400)
  expect(pace.limit).toBeGreaterThan(490)
})

test('the limit is never passed', () => {
  const pace = createPace(1_000, 3)
  expect(pace.limit).toBe(3)
  work(pace, 0, 50)
  expect(pace.limit).toBe(3)
})
