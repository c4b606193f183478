import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import { isolateFailures } from './isolate-failures.ts'

/** A flush that fails as a whole when one of its numbers is bad, and records its batches. */
function flushRejecting(bad: ReadonlySet<number>) {
  const flushed: number[][] = []
  const flush = isolateFailures(async (items: readonly number[]) => {
    flushed.push([...items])
    const culprit = items.find((item) => bad.has(item))
    if (culprit !== undefined) throw new Error(`${culprit} is bad`)
    return items.map((item) => (item % 7 === 0 ? new Error(`${item} is not found`) : `stored ${item}`))
  })
  return { flush, flushed }
}

/** The expected outcome of an item, as text. */
const outcomeOf = (item: number, bad: ReadonlySet<number>) => {
  if (bad.has(item)) return `Error: ${item} is bad`
  return item % 7 === 0 ? `Error: ${item} is not found` : `stored ${item}`
}
const range = (length: number) => Array.from({ length }, (_, i) => i)

describe('a flush that isolates failures', () => {
  test('flushes a good batch once', async () => {
    const { flush, flushed } = flushRejecting(new Set())
    await flush(range(500))
    expect(flushed).toHaveLength(1)
  })

  test('finds one bad item among 500 with two more flushes per halving', async () => {
    const bad = new Set([318])
    const { flush, flushed } = flushRejecting(bad)
    expect((await flush(range(500))).map(String)).toEqual(range(500).map((item) => outcomeOf(item, bad)))
    expect(flushed.length).toBeLessThanOrEqual(1 + 2 * 9)
  })

  test('fails only the bad items when there are at most nine, wherever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 500 }),
        fc.uniqueArray(fc.nat(499), { maxLength: 9 }),
        async (length, places) => {
          const bad = new Set(places)
          const { flush, flushed } = flushRejecting(bad)
          const results = flush(range(length))
          if (length === 1 && bad.has(0)) return void (await expect(results).rejects.toThrow('0 is bad'))
          expect((await results).map(String)).toEqual(range(length).map((item) => outcomeOf(item, bad)))
          expect(flushed.length).toBeLessThanOrEqual(121)
        },
      ),
    )
  })

  test('fails small parts, not half of the batch, when too many items are bad', async () => {
    const bad = new Set(range(500).filter((item) => item % 25 === 0))
    const { flush, flushed } = flushRejecting(bad)
    const results = await flush(range(500))
    expect(flushed).toHaveLength(121)
    const failedWithOthers = results.filter(
      (result, item) => result instanceof Error && !bad.has(item) && item % 7 !== 0,
    )
    expect(failedWithOthers.length).toBeLessThan(100)
    expect(results.every((result, item) => result instanceof Error || !bad.has(item))).toBe(true)
  })

  test.each([
    [1, 'the whole batch is rejected'],
    [2, 'the items not yet retried fail with that error'],
    [4, 'the items not yet retried fail with that error'],
  ])('stops retrying when PostgreSQL becomes unreachable at flush %i: %s', async (unreachableAt) => {
    const unreachable = new AppError(ErrorCode.Unavailable, 'unreachable')
    let flushes = 0
    const flush = isolateFailures(async (items: readonly number[]) => {
      flushes += 1
      if (flushes === unreachableAt) throw unreachable
      if (items.includes(3)) throw new Error('3 is bad')
      return items.map(String)
    })
    const results = await flush(range(8)).catch((error: unknown) => [error])
    expect(flushes).toBe(unreachableAt)
    expect(results.filter((result) => result === unreachable)).toHaveLength({ 1: 1, 2: 8, 4: 4 }[unreachableAt] ?? 0)
  })
})
