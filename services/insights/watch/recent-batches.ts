import type { Change } from './read-changes.ts'

/** A change that the feed has read. */
export interface RecentChange {
  readonly change: Change
  /** The position after it, encoded for tokens. */
  readonly position: string
}

/** Changes that are sent to a watcher at once: at least one. */
export interface RecentBatch {
  readonly changes: readonly RecentChange[]
  /** The position after the last change, encoded for tokens. */
  readonly position: string
  /** Roughly. */
  readonly bytes: number
}

/** Limits of what is kept for slow watchers. */
export interface RecentLimits {
  readonly changes: number
  readonly bytes: number
  readonly ageMs: number
}

/**
 * The latest changes, in batches that are numbered from 0 on. They are kept once for all watchers, of which each only
 * has the number of the next batch. A watcher that needs a batch which is not kept any more has fallen behind.
 */
export interface RecentBatches {
  /** The number of the oldest batch that is kept. */
  readonly first: number
  /** The number that the next batch will get. */
  readonly next: number
  get(number: number): RecentBatch | undefined
  /** Adds a page of changes, as batches of about {@link BATCH_BYTES}. */
  add(changes: readonly RecentChange[]): void
  /** Removes batches that are older than the limit. */
  prune(): void
  /** Removes all batches; the numbers go on. */
  clear(): void
}

/** Bounds what a slow watcher holds: the batch that is being sent to it, which may not be kept here any more. */
const BATCH_BYTES = 64 * 1024

interface Kept extends RecentBatch {
  readonly addedAt: number
}

export function createRecentBatches(limits: RecentLimits): RecentBatches {
  const kept = new Map<number, Kept>()
  let first = 0
  let next = 0
  let changeCount = 0
  let byteCount = 0

  const removeFirst = () => {
    const { changes, bytes } = kept.get(first) ?? { changes: [], bytes: 0 }
    changeCount -= changes.length
    byteCount -= bytes
    kept.delete(first)
    first += 1
  }
  const append = (changes: readonly RecentChange[], bytes: number) => {
    const last = changes.at(-1)
    if (last === undefined) return
    kept.set(next, { changes, position: last.position, bytes, addedAt: performance.now() })
    next += 1
    changeCount += changes.length
    byteCount += bytes
    // the newest stays, however large it is
    while (next - first > 1 && (changeCount > limits.changes || byteCount > limits.bytes)) removeFirst()
  }
  return {
    get first() {
      return first
    },
    get next() {
      return next
    },
    get: (number) => kept.get(number),
    add: (changes) => {
      let batch: RecentChange[] = []
      let bytes = 0
      for (const recent of changes) {
        const size = bytesOf(recent.change)
        if (bytes + size > BATCH_BYTES) {
          append(batch, bytes)
          batch = []
          bytes = 0
        }
        batch.push(recent)
        bytes += size
      }
      append(batch, bytes)
    },
    prune: () => {
      const oldest = performance.now() - limits.ageMs
      while (first < next && (kept.get(first)?.addedAt ?? 0) < oldest) removeFirst()
    },
    clear: () => {
      while (first < next) removeFirst()
    },
  }
}

/** Roughly: what people wrote is the part that varies. */
function bytesOf({ row, foldedText }: Change): number {
  return 1_000 + 2 * row.lead.note.length + 2 * (foldedText?.length ?? 0)
}
