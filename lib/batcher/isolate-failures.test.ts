import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import { isolateFailures } from './isolate-failures.ts'

/** A flush that fails whole when one of the numbers is bad; tells of each that it was asked. */
function storeOf(bad: ReadonlySet<number>) {
  const flushed: number[][] = []
  const flush = isolateFailures(async (items: readonly number[]) => {
    flushed.push([...items])
    const culprit = items.find((item) => bad.has(item))
    if (culprit !== undefined) throw new Error(`${culprit} is bad`)
    return items.map((item) => (item % 7 === 0 ? new Error(`${item} is not there`) : `stored ${item}`))
  })
  return { flush, flushed }
}

/** What each item should come to, as text. */
const outcomeOf = (item: number, bad: ReadonlySet<number>) => {
  if (bad.has(item)) return `Error: ${item} is bad`
  return item % 7 === 0 ? `Error: ${item} is not there` : `stored ${item}`
}
const range = (length: number) => Array.from({ length }, (_, i) => i)

describe('a flush that isolates failures', () => {
  test('is asked once for a batch that is well', async () => {
    const { flush, flushed } = storeOf(new Set())
    await flush(range(500))
    expect(flushed).toHaveLength(1)
  })

  test('finds one bad item among 500 with two more flushes for each halving', async () => {
    const bad = new Set([318])
    const { flush, flushed } = storeOf(bad)
    expect((await flush(range(500))).map(String)).toEqual(range(500).map((item) => outcomeOf(item, bad)))
    expect(flushed.length).toBeLessThanOrEqual(1 + 2 * 9)
  })

  test('lets only the bad items fail when there are few, wherever they stand', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 500 }),
        fc.uniqueArray(fc.nat(499), { maxLength: 9 }),
        async (length, places) => {
          const bad = new Set(places)
          const { flush, flushed } = storeOf(bad)
          const results = flush(range(length))
          if (length === 1 && bad.has(0)) return void (await expect(results).rejects.toThrow('0 is bad'))
          expect((await results).map(String)).toEqual(range(length).map((item) => outcomeOf(item, bad)))
          expect(flushed.length).toBeLessThanOrEqual(121)
        },
      ),
    )
  })

  test('gives up on small parts, not on half of the batch, when too many items are bad', async () => {
    const bad = new Set(range(500).filter((item) => item % 25 === 0))
    const { flush, flushed } = storeOf(bad)
    const results = await flush(range(500))
    expect(flushed).toHaveLength(121)
    const spoiled = results.filter((result, item) => result instanceof Error && !bad.has(item) && item % 7 !== 0)
    expect(spoiled.length).toBeLessThan(100)
    expect(results.every((result, item) => result instanceof Error || !bad.has(item))).toBe(true)
  })

  test.each([
    [1, 'the whole batch is rejected'],
    [2, 'what was not tried yet fails so'],
    [4, 'what was not tried yet fails so'],
  ])('tries nothing more when the database goes away at flush %i: %s', async (awayAt) => {
    const away = new AppError(ErrorCode.Unavailable, 'away')
    let flushes = 0
    const flush = isolateFailures(async (items: readonly number[]) => {
      flushes += 1
      if (flushes === awayAt) throw away
      if (items.includes(3)) throw new Error('3 is bad')
      return items.map(String)
    })
    const results = await flush(range(8)).catch((error: unknown) => [error])
    expect(flushes).toBe(awayAt)
    expect(results.filter((result) => result === away)).toHaveLength({ 1: 1, 2: 8, 4: 4 }[awayAt] ?? 0)
  })
})
