import type { ImportRow } from './row.ts'

const MAX_LIST_ROWS = 500
/** In UTF-16 code units, so that lists of long rows have fewer rows. */
const MAX_LIST_SIZE = 1024 * 1024

/** Rows that were read and are not part of a list yet. */
export interface WaitingRows {
  readonly count: number
  /** Whether there are enough rows for a full list. */
  readonly full: boolean
  add(rows: readonly ImportRow[]): void
  /** Removes and returns the next list: a full one, or all rows. */
  take(): readonly ImportRow[]
  clear(): void
}

export function createWaitingRows(): WaitingRows {
  let rows: readonly ImportRow[] = []
  let size = 0
  return {
    get count() {
      return rows.length
    },
    get full() {
      return rows.length >= MAX_LIST_ROWS || size >= MAX_LIST_SIZE
    },
    add: (more) => {
      rows = rows.concat(more)
      size += sizeOf(more)
    },
    take: () => {
      const list = rows.slice(0, listLength(rows))
      rows = rows.slice(list.length)
      size -= sizeOf(list)
      return list
    },
    clear: () => {
      rows = []
      size = 0
    },
  }
}

function listLength(rows: readonly ImportRow[]): number {
  let size = 0
  const last = rows.findIndex((row, index) => {
    size += row.size
    return index + 1 === MAX_LIST_ROWS || size >= MAX_LIST_SIZE
  })
  return last === -1 ? rows.length : last + 1
}

function sizeOf(rows: readonly ImportRow[]): number {
  return rows.reduce((sum, { size }) => sum + size, 0)
}
