import type { Matches } from './match-filter.ts'
import type { RecentBatch } from './recent-batches.ts'
import type { Audience, WatchItem } from './watch-item.ts'
import { toItem } from './watch-item.ts'

/** What watchers of the same audience have in common. */
export interface Selection {
  readonly audience: Audience
  /** Selects the changes. The same for the same fingerprint of the audience. */
  readonly matches: Matches
  /** Whether `matches` needs folded text. */
  readonly folded: boolean
}

export interface Group {
  /** What its watchers get of a batch: the same array at each call, as long as it is known. */
  readonly select: (batch: RecentBatch) => readonly WatchItem[]
  leave(): void
}

/**
 * What is known of batches for all groups, in total. Without a bound, watchers with many different filters would keep each
 * change many times, for as long as the recent batches are kept. A watcher that needs more is a slow one.
 */
const MAX_KNOWN_BYTES = 32 * 1024 * 1024

/** Each counts as the whole batch, which it keeps in memory. */
interface Known {
  readonly of: WeakMap<RecentBatch, readonly WatchItem[]>
  readonly batch: RecentBatch
}
/**
 * The audiences of the watchers that there are.
 *
 * @param databaseOf identifies the database that is watched
 * @param maxKnownBytes default {@link MAX_KNOWN_BYTES}
 */
export function createGroups(databaseOf: () => string, maxKnownBytes: number = MAX_KNOWN_BYTES) {
  const groups = new Map<string, { selection: Selection; select: Group['select']; size: number }>()
  const known = new Set<Known>() // the oldest first
  let knownBytes = 0

  const remember = (entry: Known) => {
    known.add(entry)
    knownBytes += entry.batch.bytes
    for (const oldest of known) {
      if (knownBytes <= maxKnownBytes) return
      known.delete(oldest)
      oldest.of.delete(oldest.batch)
      knownBytes -= oldest.batch.bytes
    }
  }
  const create = (selection: Selection) => {
    const { audience, matches } = selection
    const of: Known['of'] = new WeakMap()
    const select = (batch: RecentBatch) => {
      const found = of.get(batch)
      if (found !== undefined) return found
      const items = batch.changes.flatMap(({ change, position }) => {
        const at = { database: databaseOf(), position }
        return matches(change) ? [toItem({ type: 'insight', row: change.row }, audience, at)] : []
      })
      of.set(batch, items)
      if (items.length > 0) remember({ of, batch })
      return items
    }
    return { selection, select, size: 0 }
  }
  return {
    /** Whether a group needs folded text. */
    get folded() {
      return [...groups.values()].some(({ selection }) => selection.folded)
    },
    join: (selection: Selection): Group => {
      const key = `${selection.audience.fingerprint} ${selection.audience.mayReadPersonalData}`
      const group = groups.get(key) ?? create(selection)
      groups.set(key, group)
      group.size += 1
      const leave = () => {
        group.size -= 1
        if (group.size === 0) groups.delete(key)
      }
      return { select: group.select, leave }
    },
  }
}
