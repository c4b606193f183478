import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuidv7 } from 'uuid'
import { createBatcher } from '../../../lib/batcher/batcher.ts'
import { isTransient } from '../../../lib/errors/app-error.ts'
import { MAX_WAITING_LISTS } from '../batchers.ts'
import type { LeadRow, StoredLead } from '../lead-store.ts'

/*
 * How imports store their lists. Invariants:
 *  1. Lists of all imports together are under way at most `LISTS_UNDER_WAY` at a time, a half of what the commit of lists
 *     lets wait: whoever sends a batch of leads finds room beside any number of imports.
 *  2. The others wait for their turn in the order in which they came, so that no import overtakes another for ever.
 *  3. A list is given up when it has been tried for `RETRY_FOR_MS` or its import has ended.
 */

const LISTS_UNDER_WAY = MAX_WAITING_LISTS / 2
const RETRY_FOR_MS = 30_000
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000

type StoreAll = (rows: readonly LeadRow[]) => Promise<readonly StoredLead[]>

export interface RetryingStore {
  /**
   * Stores a list, trying again while the database is away or too many lists wait, for {@link RETRY_FOR_MS}: a try that was
   * stored after all makes the next one a replay.
   * @throws AppError what the last try threw, also when the signal aborts meanwhile; the signal's reason when it has
   *   aborted before the list's turn
   */
  storeAll(rows: readonly LeadRow[], signal: AbortSignal): Promise<readonly StoredLead[]>
}

interface WaitingList {
  readonly rows: readonly LeadRow[]
  readonly signal: AbortSignal
  readonly deadline: number
}

/** @param storeAll tries once */
export function createRetryingStore(storeAll: StoreAll): RetryingStore {
  const turns = createBatcher<WaitingList, readonly StoredLead[]>({
    maxBatchSize: 1,
    maxInFlight: LISTS_UNDER_WAY, // 1
    maxQueued: Number.POSITIVE_INFINITY, // so many imports run at a time, each with two lists
    flush: async (lists) => Promise.all(lists.map((list) => storeWithRetries(storeAll, list))), // 2
  })
  return {
    storeAll: (rows, signal) => turns.submit({ rows, signal, deadline: performance.now() + RETRY_FOR_MS }),
  }
}

async function storeWithRetries(storeAll: StoreAll, { rows, signal, deadline }: WaitingList) {
  signal.throwIfAborted()
  for (let [tried, pauseMs] = [rows, FIRST_PAUSE_MS]; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await storeAll(tried)
    } catch (error) {
      if (!isTransient(error) || performance.now() > deadline) throw error // 3
      // at no fixed distance, so that imports which failed together do not come back together
      const pause = sleep(pauseMs * (0.5 + Math.random()), undefined, { signal })
      await pause.catch(() => {
        throw error
      })
      tried = rows.map(withNewId)
    }
  }
}

/** A statement that was given up may still run: two with one id could meet at the primary key, which is no replay. */
function withNewId(row: LeadRow): LeadRow {
  return { ...row, id: uuidv7() }
}
