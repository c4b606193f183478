import { expect, test } from 'vitest'
import { createRecentEarliest } from './recent-earliest.ts'

test('the earliest time counts until the window is over', () => {
  const recentEarliest = createRecentEarliest(3_000)
  const [first, second, third] = [new Date(1_000), new Date(2_000), new Date(3_000)]
  expect(recentEarliest(undefined, 0)).toBe(undefined)
  expect(recentEarliest(first, 1_000)).toBe(first)
  expect(recentEarliest(second, 2_000)).toBe(first)
  expect(recentEarliest(undefined, 3_999)).toBe(first)
  expect(recentEarliest(third, 4_000)).toBe(second)
  expect(recentEarliest(undefined, 6_999)).toBe(third)
  expect(recentEarliest(undefined, 7_000)).toBe(undefined)
})

test('a time that is earlier than those before counts at once', () => {
  const recentEarliest = createRecentEarliest(3_000)
  const earlier = new Date(1_000)
  recentEarliest(new Date(2_000), 0)
  expect(recentEarliest(earlier, 1)).toBe(earlier)
})
