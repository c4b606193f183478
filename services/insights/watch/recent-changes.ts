import type { Change } from './read-changes.ts'
import { encodePosition } from './resume-token.ts'
import type { Position } from './snapshot.ts'

/** A change that the feed has read, as every watcher gets it. */
export interface RecentChange {
  readonly change: Change
  /** The position after it. */
  readonly position: Position
  /** {@link position}, encoded for tokens. */
  readonly encodedPosition: string
}

/** Limits of what is kept for slow watchers. */
export interface RecentLimits {
  readonly changes: number
  readonly bytes: number
  readonly ageMs: number
}

/**
 * The latest changes, numbered from 0 on. They are kept once for all watchers, of which each only has the number of the
 * next change. A watcher that needs a change which is not kept any more has fallen behind.
 */
export interface RecentChanges {
  /** The number of the oldest change that is kept. */
  readonly first: number
  /** The number that the next change will get. */
  readonly next: number
  get(number: number): RecentChange | undefined
  add(change: Change, position: Position): void
  /** Removes changes that are older than the limit. */
  prune(): void
  /** Removes all changes; the numbers go on. */
  clear(): void
}

interface Kept extends RecentChange {
  readonly bytes: number
  readonly addedAt: number
}

export function createRecentChanges(limits: RecentLimits): RecentChanges {
  const kept = new Map<number, Kept>()
  let first = 0
  let next = 0
  let bytes = 0

  const removeFirst = () => {
    bytes -= kept.get(first)?.bytes ?? 0
    kept.delete(first)
    first += 1
  }
  const prune = () => {
    const oldest = performance.now() - limits.ageMs
    while (first < next && (kept.get(first)?.addedAt ?? 0) < oldest) removeFirst()
  }
  return {
    get first() {
      return first
    },
    get next() {
      return next
    },
    get: (number) => kept.get(number),
    add: (change, position) => {
      const size = bytesOf(change)
      kept.set(next, {
        change,
        position,
        encodedPosition: encodePosition(position),
        bytes: size,
        addedAt: performance.now(),
      })
      next += 1
      bytes += size
      // the newest stays, however large it is
      while (next - first > 1 && (next - first > limits.changes || bytes > limits.bytes)) removeFirst()
    },
    prune,
    clear: () => {
      while (first < next) removeFirst()
    },
  }
}

/** Roughly: what people wrote is the part that varies. */
function bytesOf({ row, foldedText }: Change): number {
  return 1_000 + 2 * row.lead.note.length + 2 * (foldedText?.length ?? 0)
}
