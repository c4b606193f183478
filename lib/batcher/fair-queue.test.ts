import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FairQueueOptions } from './fair-queue.ts'
import { createFairQueue } from './fair-queue.ts'

interface Entry {
  readonly name: string
  readonly bytes: number
}

function queueOf(options: Partial<FairQueueOptions> = {}) {
  const queue = createFairQueue<Entry>({ maxEntries: 1_000, maxBytes: 100_000, hasOneKey: false, ...options })
  /** Adds entries named after the key, `a1`, `a2` and so on; returns how many found room. */
  const add = (key: string, count: number, bytes = 1, from = 1) => {
    for (let index = 0; index < count; index += 1) {
      if (!queue.hasRoom(key, bytes)) return index
      queue.push(key, { name: `${key}${from + index}`, bytes })
    }
    return count
  }
  const take = (entries: number, bytes = 1_000_000) => queue.takeBatch(entries, bytes).map(({ name }) => name)
  return { queue, add, take }
}

describe('a batch', () => {
  test('takes entries of one key in order', () => {
    const { add, take } = queueOf()
    add('a', 5)
    expect([take(3), take(3), take(3)]).toEqual([['a1', 'a2', 'a3'], ['a4', 'a5'], []])
  })

  test('has the entry of a second key, however many the first has queued', () => {
    const { add, take } = queueOf()
    add('a', 500)
    add('b', 1)
    expect(take(3)).toEqual(['a1', 'b1', 'a2'])
    add('b', 1, 1, 2)
    expect(take(3)).toEqual(['a3', 'b2', 'a4'])
  })

  test('goes on where the last one ended, so that no key comes first every time', () => {
    const { add, take } = queueOf()
    for (const key of ['a', 'b', 'c', 'd']) add(key, 3)
    expect([take(3), take(3), take(3)]).toEqual([
      ['a1', 'b1', 'c1'],
      ['d1', 'a2', 'b2'],
      ['c2', 'd2', 'a3'],
    ])
  })

  test('gives a key with large entries about as many bytes as one with small entries', () => {
    const { add, take } = queueOf()
    add('large', 10, 400)
    add('small', 100, 100)
    // 100 bytes a turn, so each large entry costs four turns
    expect(take(10, 1_000)).toEqual(['large1', 'small1', 'small2', 'small3', 'small4'])
    expect(take(10, 1_000)).toEqual(['large2', 'small5', 'small6', 'small7', 'small8'])
  })

  test('ends before the bytes are exceeded, and has a larger entry alone', () => {
    const { add, take } = queueOf()
    add('a', 2, 60)
    add('b', 1, 500)
    expect([take(10, 100), take(10, 100), take(10, 100)]).toEqual([['a1'], ['b1'], ['a2']])
  })
})

describe('the room', () => {
  test('that one key may use is three quarters, and another key finds some', () => {
    const { queue, add, take } = queueOf({ maxEntries: 100 })
    expect(add('a', 100)).toBe(75)
    expect(add('b', 100)).toBe(19)
    expect(add('c', 1)).toBe(1)
    take(100)
    expect(queue.length).toBe(0)
    expect(add('b', 100)).toBe(75)
  })

  test('is bounded for a key in bytes as well', () => {
    const { add } = queueOf({ maxBytes: 1_000 })
    expect(add('a', 100, 50)).toBe(15)
    expect(add('b', 1, 250)).toBe(1)
    expect(add('c', 1, 1)).toBe(0)
  })

  test('is all for the key of a queue with one', () => {
    expect(queueOf({ maxEntries: 100, hasOneKey: true }).add('', 200)).toBe(100)
  })

  test('is there for one entry of any size when the queue is empty', () => {
    const { add } = queueOf({ maxBytes: 10 })
    expect(add('a', 2, 1_000)).toBe(1)
  })

  test('is all there again after everything was taken', () => {
    const { queue, add } = queueOf({ maxEntries: 100 })
    add('a', 75)
    add('b', 10)
    expect(queue.takeAll()).toHaveLength(85)
    expect(queue.takeBatch(10, 10)).toEqual([])
    expect(add('a', 100)).toBe(75)
  })
})

test('no entry is lost, repeated or overtaken by another of its key, and no key waits for more than a round', () => {
  const step = fc.oneof(
    fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), count: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ take: fc.integer({ min: 5, max: 9 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { queue, add, take } = queueOf()
      const queued: Record<string, string[]> = {}
      let next = 1
      for (const action of steps) {
        if ('key' in action) {
          add(action.key, action.count, 1, next)
          queued[action.key] = [...(queued[action.key] ?? []), ...names(action.key, action.count, next)]
          next += action.count
          continue
        }
        const waiting = Object.keys(queued).filter((key) => queued[key]?.length)
        const taken = take(action.take)
        for (const name of taken) expect(queued[name[0] ?? '']?.shift()).toBe(name)
        for (const key of waiting) expect(taken.some((name) => name.startsWith(key))).toBe(true)
      }
      const left = Object.values(queued).flat()
      expect(queue.length).toBe(left.length)
      expect(take(1_000).sort()).toEqual(left.sort())
    }),
  )
})

function names(key: string, count: number, from: number): string[] {
  return Array.from({ length: count }, (_, index) => `${key}${from + index}`)
}
