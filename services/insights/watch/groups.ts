import type { Matches } from './match-filter.ts'
import type { RecentBatch } from './recent-batches.ts'
import { oncePer } from './row-variants.ts'
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
  /** What its watchers get of a batch: the same array at each call. */
  readonly select: (batch: RecentBatch) => readonly WatchItem[]
  leave(): void
}

/** The audiences of the watchers that there are. @param databaseOf identifies the database that is watched */
export function createGroups(databaseOf: () => string) {
  const groups = new Map<string, { selection: Selection; select: Group['select']; size: number }>()
  const create = (selection: Selection) => {
    const { audience, matches } = selection
    const select = ({ changes }: RecentBatch) =>
      changes.flatMap(({ change, position }) => {
        const at = { database: databaseOf(), position }
        return matches(change) ? [toItem({ type: 'insight', row: change.row }, audience, at)] : []
      })
    return { selection, select: oncePer(select), size: 0 }
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
