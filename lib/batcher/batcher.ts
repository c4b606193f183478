import { AppError, ErrorCode } from '../errors/app-error.ts'
import { createFairQueue } from './fair-queue.ts'

/*
 * Group commit: items submitted while a commit is in flight go into the next one. Invariants:
 *  1. An idle batcher adds no delay: the first item is flushed within the microtasks of the same event loop turn.
 *  2. At most `maxInFlight` flushes run concurrently, each of at most `maxBatchSize` items and `maxBatchBytes`. A
 *     larger item is flushed alone.
 *  3. Items with the same key are flushed in submission order, those of several keys in turns (fair-queue.ts), and each
 *     promise settles with the result of its own item.
 *  4. At most `maxQueued` items and `maxQueuedBytes` are queued, and of one key fewer; further items are rejected. An
 *     item larger than `maxQueuedBytes` is queued only when the queue is empty.
 *  5. When `drain` resolves, every accepted item has settled. No item is accepted after `drain` was called.
 */

/**
 * Processes a batch and returns one result per item, in the order of the items. An Error as a result rejects only its
 * item; a rejected promise rejects the whole batch.
 */
export type FlushItems<Item, Result> = (items: readonly Item[]) => Promise<readonly (Result | Error)[]>

/** Bounds in bytes, for items that vary widely in size. */
interface ByteLimits<Item> {
  /** The memory an item takes. Called once per item, so it should be cheap. */
  readonly bytesOf: (item: Item) => number
  readonly maxBatchBytes: number
  readonly maxQueuedBytes: number
}

export interface BatcherOptions<Item, Result> {
  readonly maxBatchSize: number
  readonly maxInFlight: number
  readonly maxQueued: number
  /** Default: only the number of items is bounded. */
  readonly byteLimits?: ByteLimits<Item>
  /** Items with the same key share a part of each batch and of the queue. Default: there are no parts. */
  readonly keyOf?: (item: Item) => string
  readonly flush: FlushItems<Item, Result>
  /**
   * Whether this error would also fail every queued item. The queue is then rejected at once instead of one failing
   * flush after another. Default: never.
   */
  readonly failsAll?: (error: unknown) => boolean
  /** Called after every flush, successful or failed. */
  readonly onFlush?: (flush: Flush<Item>) => void
}

export interface Flush<Item> {
  readonly items: readonly Item[]
  /** Items still queued when the flush ended. */
  readonly queued: number
  /** How long the first item waited before the flush started. */
  readonly waitedSeconds: number
  readonly seconds: number
}

export interface Batcher<Item, Result> {
  /**
   * Adds an item to the next batch.
   * @throws AppError `overloaded` when the queue is full, `unavailable` once draining
   */
  submit(item: Item): Promise<Result>
  /** Stops accepting items and waits until the accepted ones have settled. Safe to call twice. */
  drain(): Promise<void>
}

interface Entry<Item, Result> {
  readonly item: Item
  readonly bytes: number
  readonly submittedAt: number
  resolve(result: Result): void
  reject(error: unknown): void
}

export function createBatcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const bytesOf = options.byteLimits?.bytesOf ?? (() => 0)
  const { maxBatchBytes = Number.POSITIVE_INFINITY, maxQueuedBytes = Number.POSITIVE_INFINITY } =
    options.byteLimits ?? {}
  const keyOf = options.keyOf ?? (() => '')
  const queue = createFairQueue<Entry<Item, Result>>({
    maxEntries: options.maxQueued,
    maxBytes: maxQueuedBytes,
    hasOneKey: options.keyOf === undefined,
  })
  const idleWaiters: (() => void)[] = []
  let inFlight = 0
  let scheduled = false
  let turnStartedAt = 0
  let draining = false

  const schedule = () => {
    if (scheduled) return
    scheduled = true
    turnStartedAt = performance.now() // once per turn: a clock read per item is too expensive
    // deferred by a microtask, so that items submitted in the same turn share a batch
    queueMicrotask(() => {
      scheduled = false
      while (queue.length > 0 && inFlight < options.maxInFlight) {
        void flush(queue.takeBatch(options.maxBatchSize, maxBatchBytes)) // 2, 3
      }
    })
  }

  const flush = async (entries: readonly Entry<Item, Result>[]) => {
    inFlight += 1
    const startedAt = performance.now()
    const items = entries.map(({ item }) => item)
    try {
      const results = await options.flush(items)
      assertResultPerItem(items, results)
      settle(entries, results)
    } catch (error) {
      for (const entry of entries) entry.reject(error)
      if (options.failsAll?.(error)) rejectQueued(error)
    }
    inFlight -= 1
    options.onFlush?.({
      items,
      queued: queue.length,
      waitedSeconds: (startedAt - (entries[0]?.submittedAt ?? startedAt)) / 1_000,
      seconds: (performance.now() - startedAt) / 1_000,
    })
    if (queue.length > 0) schedule()
    else if (inFlight === 0) for (const wake of idleWaiters.splice(0)) wake()
  }

  const rejectQueued = (error: unknown) => {
    for (const entry of queue.takeAll()) entry.reject(error)
  }

  return {
    submit: (item) => {
      if (draining) return Promise.reject(stopping())
      const bytes = bytesOf(item)
      const key = keyOf(item)
      if (!queue.hasRoom(key, bytes)) return Promise.reject(overloaded()) // 4
      return new Promise((resolve, reject) => {
        schedule() // 1
        queue.push(key, { item, bytes, submittedAt: turnStartedAt, resolve, reject })
      })
    },
    drain: () => {
      draining = true // 5
      if (queue.length === 0 && inFlight === 0) return Promise.resolve()
      return new Promise((resolve) => idleWaiters.push(resolve))
    },
  }
}

/** @throws Error when a flush did not return one result per item */
export function assertResultPerItem(items: readonly unknown[], results: readonly unknown[]): void {
  if (results.length !== items.length)
    throw new Error(`flush returned ${results.length} results for ${items.length} items`)
}

function settle<Item, Result>(entries: readonly Entry<Item, Result>[], results: readonly (Result | Error)[]): void {
  for (const [index, entry] of entries.entries()) {
    const result = results[index] as Result | Error // the lengths are equal
    if (result instanceof Error) entry.reject(result)
    else entry.resolve(result)
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
