import { AppError, ErrorCode } from '../errors/app-error.ts'

/*
 * Group commit: whatever is submitted while a commit is in flight goes into the next one. Invariants:
 *  1. An idle batcher adds no delay: the first item is flushed in the same turn of the event loop's microtasks.
 *  2. At most `maxInFlight` flushes run at once, each of at most `maxBatchSize` items.
 *  3. Items are flushed in the order they were submitted, and each promise settles with its own item's result.
 *  4. At most `maxQueued` items wait; one more is refused, never queued.
 *  5. When `drain` resolves every accepted item has settled; nothing is accepted after `drain` was called.
 */

export interface BatcherOptions<Item, Result> {
  readonly maxBatchSize: number
  readonly maxInFlight: number
  readonly maxQueued: number
  /** Does the work of a batch; returns a result for each item, in the order of the items. A rejection rejects them all. */
  readonly flush: (items: readonly Item[]) => Promise<readonly Result[]>
  /**
   * Whether a flush that failed so would fail for whatever is queued as well: then that is rejected at once, instead of
   * waiting through one failure after another. Default: never.
   */
  readonly failsAll?: (error: unknown) => boolean
  /** Hears of every flush when it has ended, well or not. */
  readonly onFlush?: (flush: Flush) => void
}

export interface Flush {
  readonly items: number
  /** Items that wait for the next one. */
  readonly queued: number
  readonly seconds: number
}

export interface Batcher<Item, Result> {
  /**
   * Adds an item to the next batch.
   * @throws AppError `overloaded` when the queue is full, `unavailable` once draining
   */
  submit(item: Item): Promise<Result>
  /** Refuses new items and waits for the accepted ones. Safe to call twice. */
  drain(): Promise<void>
}

interface Entry<Item, Result> {
  readonly item: Item
  resolve(result: Result): void
  reject(error: unknown): void
}

export function createBatcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const queue: Entry<Item, Result>[] = []
  const idleWaiters: (() => void)[] = []
  let inFlight = 0
  let scheduled = false
  let draining = false

  const schedule = () => {
    if (scheduled) return
    scheduled = true
    // a microtask later, so that items submitted in the same turn share a batch
    queueMicrotask(() => {
      scheduled = false
      while (queue.length > 0 && inFlight < options.maxInFlight) void flush(queue.splice(0, options.maxBatchSize)) // 2, 3
    })
  }

  const flush = async (entries: readonly Entry<Item, Result>[]) => {
    inFlight += 1
    const startedAt = performance.now()
    try {
      const results = await options.flush(entries.map(({ item }) => item))
      if (results.length !== entries.length) throw new Error('flush returned another number of results than items')
      for (const [index, entry] of entries.entries()) entry.resolve(results[index] as Result) // the lengths are equal
    } catch (error) {
      const failed = options.failsAll?.(error) ? [...entries, ...queue.splice(0)] : entries
      for (const entry of failed) entry.reject(error)
    }
    inFlight -= 1
    options.onFlush?.({
      items: entries.length,
      queued: queue.length,
      seconds: (performance.now() - startedAt) / 1_000,
    })
    if (queue.length > 0) schedule()
    else if (inFlight === 0) for (const wake of idleWaiters.splice(0)) wake()
  }

  return {
    submit: (item) => {
      if (draining) return Promise.reject(stopping())
      if (queue.length >= options.maxQueued) return Promise.reject(overloaded()) // 4
      return new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject })
        schedule() // 1
      })
    },
    drain: () => {
      draining = true // 5
      if (queue.length === 0 && inFlight === 0) return Promise.resolve()
      return new Promise((resolve) => idleWaiters.push(resolve))
    },
  }
}

function overloaded(): AppError {
  return new AppError(ErrorCode.Overloaded, 'Too many requests are waiting; try again shortly.', {
    retryAfterSeconds: 1,
  })
}

function stopping(): AppError {
  return new AppError(ErrorCode.Unavailable, 'This process is stopping; try again.', { retryAfterSeconds: 1 })
}
