import { expect, test } from 'vitest'
import { createSlidingMinimum } from './sliding-minimum.ts'

test('returns the earliest time until it leaves the window', () => {
  const slidingMinimum = createSlidingMinimum(3_000)
  const [first, second, third] = [new Date(1_000), new Date(2_000), new Date(3_000)]
  expect(slidingMinimum(undefined, 0)).toBe(undefined)
  expect(slidingMinimum(first, 1_000)).toBe(first)
  expect(slidingMinimum(second, 2_000)).toBe(first)
  expect(slidingMinimum(undefined, 3_999)).toBe(first)
  expect(slidingMinimum(third, 4_000)).toBe(second)
  expect(slidingMinimum(undefined, 6_999)).toBe(third)
  expect(slidingMinimum(undefined, 7_000)).toBe(undefined)
})

test('returns a new minimum at once', () => {
  const slidingMinimum = createSlidingMinimum(3_000)
  const earlier = new Date(1_000)
  slidingMinimum(new Date(2_000), 0)
  expect(slidingMinimum(earlier, 1)).toBe(earlier)
})
