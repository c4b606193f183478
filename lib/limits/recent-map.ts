/**
 * A map that forgets what was not used for a while, so that its memory is bounded without a timer or a scan. It has two
 * generations: an entry is added to the young one and returns to it whenever it is used. When the young generation has
 * half of `maxEntries`, or is `maxAgeMs` old, it becomes the old one, and the entries of that are dropped.
 *
 * An entry is kept for at least `maxAgeMs` after its last use, unless `maxEntries` / 2 others are used meanwhile.
 */
export interface RecentMap<Value> {
  /** @param now in milliseconds, of a clock that never goes back */
  get(key: string, now: number): Value | undefined
  set(key: string, value: Value, now: number): void
  readonly size: number
}

export function createRecentMap<Value extends object>(options: {
  readonly maxEntries: number
  readonly maxAgeMs: number
}): RecentMap<Value> {
  const maxYoung = Math.ceil(options.maxEntries / 2)
  let young = new Map<string, Value>()
  let old = new Map<string, Value>()
  let turnedAt = 0

  const turn = (now: number) => {
    old = young
    young = new Map()
    turnedAt = now
  }
  const set = (key: string, value: Value, now: number) => {
    if (young.size >= maxYoung && !young.has(key)) turn(now)
    young.set(key, value)
    old.delete(key)
  }
  return {
    get: (key, now) => {
      if (now - turnedAt >= options.maxAgeMs) turn(now)
      const inYoung = young.get(key)
      if (inYoung !== undefined) return inYoung
      const inOld = old.get(key)
      if (inOld !== undefined) set(key, inOld, now)
      return inOld
    },
    set,
    get size() {
      return young.size + old.size
    },
  }
}
