import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuidv7 } from 'uuid'
import { createBatcher } from '../../../lib/batcher/batcher.ts'
import { isTransient } from '../../../lib/errors/app-error.ts'
import { MAX_QUEUED_LISTS } from '../batchers.ts'
import type { LeadRow, StoreOutcome } from '../lead-store.ts'

/*
 * Stores the lists of imports, with retries. Invariants:
 *  1. At most `MAX_LISTS_IN_FLIGHT` lists of all imports are in flight, half the queue of the list commit, so that
 *     imports leave room for batches of leads.
 *  2. Other lists wait, those of one client in FIFO order and the clients in turns, so that no import starves another.
 *  3. A list fails once it has been retried for `RETRY_FOR_MS`, or when its import ends.
 */

const MAX_LISTS_IN_FLIGHT = MAX_QUEUED_LISTS / 2
const RETRY_FOR_MS = 30_000
const FIRST_DELAY_MS = 100
const MAX_DELAY_MS = 2_000

type StoreAll = (rows: readonly LeadRow[]) => Promise<readonly StoreOutcome[]>

export interface RetryingStore {
  /**
   * Stores a list. Retries transient errors (PostgreSQL unreachable, too many lists queued) for {@link RETRY_FOR_MS}.
   * If an attempt was committed after all, the next one is a replay.
   * @throws AppError the error of the last attempt, also when the signal aborts during a retry; the reason of the
   *   signal when it aborts before the first attempt
   */
  storeAll(rows: readonly LeadRow[], signal: AbortSignal): Promise<readonly StoreOutcome[]>
}

interface QueuedList {
  readonly rows: readonly LeadRow[]
  readonly signal: AbortSignal
  readonly deadline: number
}

/** @param storeAll makes one attempt */
export function createRetryingStore(storeAll: StoreAll): RetryingStore {
  const queue = createBatcher<QueuedList, readonly StoreOutcome[]>({
    maxBatchSize: 1,
    maxInFlight: MAX_LISTS_IN_FLIGHT, // 1
    maxQueued: Number.POSITIVE_INFINITY, // bounded by the number of imports, each with two lists in flight
    keyOf: ({ rows: [first] }) => first?.clientId ?? '', // all rows are of one import
    flush: async (lists) => Promise.all(lists.map((list) => storeWithRetries(storeAll, list))), // 2
  })
  return {
    storeAll: (rows, signal) => queue.submit({ rows, signal, deadline: performance.now() + RETRY_FOR_MS }),
  }
}

async function storeWithRetries(storeAll: StoreAll, { rows, signal, deadline }: QueuedList) {
  signal.throwIfAborted()
  for (let [attempt, delayMs] = [rows, FIRST_DELAY_MS]; ; delayMs = Math.min(2 * delayMs, MAX_DELAY_MS)) {
    try {
      return await storeAll(attempt)
    } catch (error) {
      if (!isTransient(error) || performance.now() > deadline) throw error // 3
      // jitter, so that imports that failed together do not retry together
      const delay = sleep(delayMs * (0.5 + Math.random()), undefined, { signal })
      await delay.catch(() => {
        throw error
      })
      attempt = rows.map(withNewId)
    }
  }
}

/** A timed-out statement may still be running; reusing its ids could conflict on the primary key instead of the key. */
function withNewId(row: LeadRow): LeadRow {
  return { ...row, id: uuidv7() }
}
