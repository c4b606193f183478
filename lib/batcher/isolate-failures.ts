import { isTransient } from '../errors/app-error.ts'
import type { FlushItems } from './batcher.ts'
import { assertResultPerItem } from './batcher.ts'

/*
 * Retries a failed batch in halves, so that only the bad items fail. Invariants:
 *  1. An item that fails on its own gets its own error; an item in a part that succeeds gets its result.
 *  2. A batch takes at most `MAX_RETRIES` more flushes, one after the other.
 *  3. Larger parts are retried first (breadth first), so that few items fail unretried when the retries run out.
 *  4. A transient error ends the retries.
 */

/** A binary search for one bad item among 500 takes 18 flushes: two per halving. Enough for any nine bad items. */
const MAX_RETRIES = 120

/**
 * Keeps a bad item from failing the rest of its batch: a failed flush is retried with each half of the batch, and so on
 * with each half that fails. Transient errors are not retried, since they would fail every part.
 *
 * Requires an idempotent `flush`: a failed flush may have taken effect for an item that is then retried.
 */
export function isolateFailures<Item, Result>(flush: FlushItems<Item, Result>): FlushItems<Item, Result> {
  return async (items) => {
    try {
      return await flush(items)
    } catch (error) {
      if (items.length === 1 || isTransient(error)) throw error
      return flushParts(flush, { start: 0, items, error: toError(error) })
    }
  }
}

/** Neighbouring items that failed together. */
interface FailedPart<Item> {
  /** Index of the first item in the batch. */
  readonly start: number
  readonly items: readonly Item[]
  readonly error: Error
}

async function flushParts<Item, Result>(flush: FlushItems<Item, Result>, batch: FailedPart<Item>) {
  const results: (Result | Error)[] = batch.items.map(() => batch.error)
  const failed = [batch]
  let retriesLeft = MAX_RETRIES
  let transientError: Error | undefined

  const retryPart = async ({ start, items }: Pick<FailedPart<Item>, 'start' | 'items'>) => {
    retriesLeft -= 1
    try {
      const partResults = await flush(items)
      assertResultPerItem(items, partResults)
      for (const [index, result] of partResults.entries()) results[start + index] = result // 1
    } catch (thrown) {
      const error = toError(thrown)
      results.fill(error, start, start + items.length) // 1
      if (isTransient(error)) transientError = error
      else if (items.length > 1) failed.push({ start, items, error }) // 3
    }
  }

  for (const part of failed) {
    for (const half of halvesOf(part)) {
      if (transientError)
        results.fill(transientError, half.start, half.start + half.items.length) // 4
      else if (retriesLeft > 0) await retryPart(half) // 2
    }
  }
  return results
}

function halvesOf<Item>({ start, items }: FailedPart<Item>) {
  const middle = items.length >> 1
  return [
    { start, items: items.slice(0, middle) },
    { start: start + middle, items: items.slice(middle) },
  ]
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('a value that is not an Error was thrown', { cause: thrown })
}
