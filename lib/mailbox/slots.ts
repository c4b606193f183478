/** A counted number of places for work in hand. */
export interface Slots {
  readonly taken: number
  /** Takes a place, a number below the count. @throws Error when none is free: whoever takes one has made sure before */
  take(): number
  giveBack(place: number): void
  /** Resolves when at least so many places are free, at once or when enough are given back. */
  whenFree(count: number): Promise<void>
}

export function createSlots(count: number): Slots {
  const free = Array.from({ length: count }, (_, place) => place)
  let waiting: { count: number; resolve: () => void }[] = []
  return {
    get taken() {
      return count - free.length
    },
    take: () => {
      const place = free.pop()
      if (place === undefined) throw new Error(`all ${count} slots are taken`)
      return place
    },
    giveBack: (place) => {
      free.push(place)
      if (waiting.length === 0) return
      const ready = waiting.filter((waiter) => waiter.count <= free.length)
      if (ready.length === 0) return
      waiting = waiting.filter((waiter) => waiter.count > free.length)
      for (const { resolve } of ready) resolve()
    },
    whenFree: (wanted) => {
      if (wanted <= free.length) return Promise.resolve()
      return new Promise((resolve) => waiting.push({ count: wanted, resolve }))
    },
  }
}
