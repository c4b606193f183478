import { expect, test } from 'vitest'
import { createGroups } from './groups.ts'
import type { RecentBatch } from './recent-batches.ts'

function batchOf(bytes: number): RecentBatch {
  return { bytes, position: 'a', changes: [{ position: 'a', change: { row: {} } as never }] }
}

test('what batches are for groups is known up to a number of bytes in total, the latest first', () => {
  const groups = createGroups(() => 'database', 100)
  const [one, other] = ['one', 'other'].map((fingerprint) =>
    groups.join({ audience: { fingerprint, mayReadPersonalData: true }, matches: () => true, folded: false }),
  )
  const [old, recent] = [batchOf(40), batchOf(40)]
  const first = one?.select(old)
  expect(one?.select(old)).toBe(first)
  const ofOther = other?.select(old)
  const latest = one?.select(recent) // 120 bytes
  expect(other?.select(old)).toBe(ofOther)
  expect(one?.select(recent)).toBe(latest)
  expect(one?.select(old)).not.toBe(first)
  expect(one?.select(old)).toEqual(first)
})

test('a group is shared until its last watcher leaves', () => {
  const groups = createGroups(() => 'database')
  const batch = batchOf(40)
  const join = (folded: boolean) =>
    groups.join({ audience: { fingerprint: 'one', mayReadPersonalData: true }, matches: () => true, folded })
  const watchers = [join(true), join(true)]
  const items = watchers[0]?.select(batch)
  watchers[0]?.leave()
  expect(join(true).select(batch)).toBe(items)
  expect(groups.folded).toBe(true)
})
