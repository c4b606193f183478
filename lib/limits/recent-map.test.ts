import { expect, test } from 'vitest'
import { createRecentMap } from './recent-map.ts'

test('an entry in use is kept, however many others are added', () => {
  const map = createRecentMap<{ n: number }>({ maxEntries: 10, maxAgeMs: 1_000 })
  map.set('kept', { n: 1 }, 0)
  for (let other = 0; other < 1_000; other += 1) {
    map.set(`other ${other}`, { n: other }, 0)
    if (other % 4 === 0) expect(map.get('kept', 0)).toEqual({ n: 1 })
    expect(map.size).toBeLessThanOrEqual(10)
  }
})

test('an entry is kept for its age after its last use, and dropped after twice that', () => {
  const map = createRecentMap<{ n: number }>({ maxEntries: 10, maxAgeMs: 1_000 })
  map.set('a', { n: 1 }, 10_000)
  expect(map.get('a', 10_900)).toEqual({ n: 1 })
  expect(map.get('a', 11_800)).toEqual({ n: 1 })
  map.get('b', 12_900)
  map.get('b', 13_900)
  expect(map.size).toBe(0)
})

test('a changed value replaces the one of the older generation', () => {
  const map = createRecentMap<{ n: number }>({ maxEntries: 10, maxAgeMs: 1_000 })
  map.set('a', { n: 1 }, 10_000)
  map.get('b', 11_000)
  map.set('a', { n: 2 }, 11_000)
  expect(map.get('a', 11_000)).toEqual({ n: 2 })
  expect(map.size).toBe(1)
})
