/*
 * A bounded queue that gives each key its share. Invariants:
 *  1. A batch takes one entry of each key in turn. A key whose entry was larger than `share` bytes misses as many turns
 *     as it took shares more, so that large entries do not get a larger part.
 *  2. Entries of one key keep their order.
 *  3. At most `maxEntries` entries and `maxBytes` are queued. An entry larger than `maxBytes` is queued only when the
 *     queue is empty.
 *  4. With several keys possible, a key has at most KEY_SHARE times as many entries and bytes as are free: one key fills
 *     at most three quarters of the queue, two fill three sevenths each. There is always room for another key. (Dynamic
 *     thresholds: Choudhury and Hahne, IEEE/ACM Transactions on Networking 6(2), 1998.)
 */

interface Sized {
  readonly bytes: number
}

export interface FairQueueOptions {
  readonly maxEntries: number
  readonly maxBytes: number
  /** Whether one key may fill the queue, because there is no other. */
  readonly hasOneKey: boolean
}

export interface FairQueue<Entry extends Sized> {
  readonly length: number
  /** Whether an entry of this key and size may be added. */
  hasRoom(key: string, bytes: number): boolean
  /** Adds an entry for which there is room. */
  push(key: string, entry: Entry): void
  /**
   * Removes the next batch: at most `maxEntries` entries and `maxBytes`, or one larger entry. Not empty unless the queue
   * is.
   */
  takeBatch(maxEntries: number, maxBytes: number): Entry[]
  /** Removes everything. */
  takeAll(): Entry[]
}

const KEY_SHARE = 3

/** The entries of one key. Those before `head` have been taken. */
interface Lane<Entry> {
  readonly key: string
  readonly entries: Entry[]
  head: number
  bytes: number
  turnsToMiss: number
}

export function createFairQueue<Entry extends Sized>(options: FairQueueOptions): FairQueue<Entry> {
  const { maxEntries, maxBytes, hasOneKey } = options
  const lanes = new Map<string, Lane<Entry>>()
  /** The lanes in the order of their turns. None is empty. */
  const order: Lane<Entry>[] = []
  let length = 0
  let queuedBytes = 0

  const removeAt = (index: number) => {
    for (const { key } of order.splice(index, 1)) lanes.delete(key)
  }

  /** Takes the first entries at once, which costs no more than an array does. */
  const takeFromOne = (lane: Lane<Entry>, maxTaken: number, maxTakenBytes: number): Entry[] => {
    const { entries } = lane
    let bytes = entries[0]?.bytes ?? 0
    let count = 1
    for (; count < maxTaken; count += 1) {
      const next = entries[count]
      if (next === undefined || bytes + next.bytes > maxTakenBytes) break
      bytes += next.bytes
    }
    const taken = entries.splice(0, count)
    lane.bytes -= bytes
    lane.turnsToMiss = 0
    if (entries.length === 0) removeAt(0)
    return taken
  }

  const takeInTurns = (maxTaken: number, maxTakenBytes: number): Entry[] => {
    const share = maxTakenBytes / maxTaken
    const taken: Entry[] = []
    let bytes = 0
    let turn = 0
    while (taken.length < maxTaken && order.length > 0) {
      if (turn === order.length) turn = 0
      const lane = order[turn] as Lane<Entry> // `turn` is less than the length
      if (lane.turnsToMiss > 0) {
        lane.turnsToMiss -= 1
        turn += 1
        continue
      }
      const entry = lane.entries[lane.head] as Entry // a lane is not empty
      if (taken.length > 0 && bytes + entry.bytes > maxTakenBytes) break
      taken.push(entry)
      bytes += entry.bytes
      lane.head += 1
      lane.bytes -= entry.bytes
      lane.turnsToMiss = Math.max(0, Math.ceil(entry.bytes / share) - 1) // 1
      if (lane.head === lane.entries.length) removeAt(turn)
      else turn += 1
    }
    for (const lane of order) {
      // once per batch: removing the first entry of a long array copies the others
      if (lane.head > 0) lane.entries.splice(0, lane.head)
      lane.head = 0
    }
    order.push(...order.splice(0, turn)) // the next batch goes on with the next lane
    return taken
  }

  return {
    get length() {
      return length
    },
    hasRoom: (key, bytes) => {
      if (length === 0) return true
      const freeEntries = maxEntries - length
      const freeBytes = maxBytes - queuedBytes
      if (freeEntries < 1 || bytes > freeBytes) return false // 3
      if (hasOneKey) return true
      const lane = lanes.get(key)
      if (lane === undefined) return true
      return lane.entries.length < KEY_SHARE * freeEntries && lane.bytes + bytes <= KEY_SHARE * freeBytes // 4
    },
    push: (key, entry) => {
      length += 1
      queuedBytes += entry.bytes
      const lane = lanes.get(key)
      if (lane === undefined) {
        const added = { key, entries: [entry], head: 0, bytes: entry.bytes, turnsToMiss: 0 }
        lanes.set(key, added)
        order.push(added)
      } else {
        lane.entries.push(entry)
        lane.bytes += entry.bytes
      }
    },
    takeBatch: (maxTaken, maxTakenBytes) => {
      const [first] = order
      if (first === undefined) return []
      const taken =
        order.length === 1 ? takeFromOne(first, maxTaken, maxTakenBytes) : takeInTurns(maxTaken, maxTakenBytes)
      length -= taken.length
      for (const { bytes } of taken) queuedBytes -= bytes
      return taken
    },
    takeAll: () => {
      const all = order.splice(0).flatMap(({ entries }) => entries)
      lanes.clear()
      length = 0
      queuedBytes = 0
      return all
    },
  }
}
