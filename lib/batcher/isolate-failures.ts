import { isTransient } from '../errors/app-error.ts'
import type { FlushItems } from './batcher.ts'
import { assertOneEach } from './batcher.ts'

/*
 * A batch that cannot be stored because of one item is tried again in parts, so that only that item fails. Invariants:
 *  1. An item that fails alone gets its own error; one in a part that is stored gets its result.
 *  2. A batch takes at most `MAX_TRIES` more flushes, one after another.
 *  3. Wide parts go first: when the tries are used up what is left, and fails, is as little as can be.
 *  4. When what the flush stands on is away nothing more is tried.
 */

/** One bad item among 500 is found with 18: two for each halving. Enough for nine of them, wherever they stand. */
const MAX_TRIES = 120

/**
 * Keeps a bad item from failing its neighbours: a flush that fails, and neither because the database is away nor
 * because too much waits, is tried again with both halves, and so on with the half that fails.
 *
 * For an idempotent `flush` only: what an item got in the first try may have been done and be asked for again.
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
  /** The place of the first one in the batch. */
  readonly start: number
  readonly items: readonly Item[]
  readonly error: Error
}

async function flushParts<Item, Result>(flush: FlushItems<Item, Result>, batch: FailedPart<Item>) {
  const results: (Result | Error)[] = batch.items.map(() => batch.error)
  const failed = [batch]
  let triesLeft = MAX_TRIES
  let transientError: Error | undefined

  const tryPart = async ({ start, items }: Pick<FailedPart<Item>, 'start' | 'items'>) => {
    triesLeft -= 1
    try {
      const answers = await flush(items)
      assertOneEach(items, answers)
      for (const [index, result] of answers.entries()) results[start + index] = result // 1
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
      else if (triesLeft > 0) await tryPart(half) // 2
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
  return thrown instanceof Error ? thrown : new Error('not an error was thrown', { cause: thrown })
}
