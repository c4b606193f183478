import { expect, test } from 'vitest'
import { createRecentBatches, type RecentChange } from './recent-batches.ts'

/** @param length of the note, each character of which counts two bytes; everything else counts 1,000 */
function change(position: string, length = 0): RecentChange {
  return { position, change: { row: { lead: { note: 'n'.repeat(length) } } } as RecentChange['change'] }
}

const LIMITS = { changes: 10_000, bytes: 1e9, ageMs: 60_000 }

test('a page becomes batches of 64 KiB, so that a slow watcher holds no more, except for a larger change', () => {
  const recent = createRecentBatches(LIMITS)
  recent.add([change('a', 20_000), change('b', 10_000), change('c', 10_000), change('d', 40_000), change('e')])
  const batches = Array.from({ length: recent.next }, (_, number) => recent.get(number))
  expect(batches.map((batch) => batch?.changes.map(({ position }) => position))).toEqual([
    ['a', 'b'],
    ['c'],
    ['d'],
    ['e'],
  ])
  expect(batches.map((batch) => batch?.position)).toEqual(['b', 'c', 'd', 'e'])
  recent.add([])
  expect(recent.next).toBe(4)
})

test('the oldest batches are dropped beyond the number of changes and of bytes, and never the newest', () => {
  const few = createRecentBatches({ ...LIMITS, changes: 3 })
  few.add([change('a'), change('b')])
  few.add([change('c'), change('d')])
  expect([few.first, few.next]).toEqual([1, 2])
  const small = createRecentBatches({ ...LIMITS, bytes: 50_000 })
  small.add([change('a'), change('b', 40_000)])
  expect([small.first, small.next]).toEqual([1, 2])
  small.add([change('c')])
  expect([small.first, small.next]).toEqual([2, 3])
})
