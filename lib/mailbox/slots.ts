/** A counted number of places for work in hand. */
export interface Slots {
  readonly free: number
  /** Takes a place. @throws Error when none is free: whoever takes one has made sure before */
  take(): void
  giveBack(): void
  /** Resolves when at least so many places are free, at once or when enough are given back. */
  whenFree(count: number): Promise<void>
}

export function createSlots(count: number): Slots {
  let free = count
  let waiting: { count: number; resolve: () => void }[] = []
  return {
    get free() {
      return free
    },
    take: () => {
      if (free === 0) throw new Error(`all ${count} slots are taken`)
      free -= 1
    },
    giveBack: () => {
      free += 1
      const ready = waiting.filter((waiter) => waiter.count <= free)
      if (ready.length === 0) return
      waiting = waiting.filter((waiter) => waiter.count > free)
      for (const { resolve } of ready) resolve()
    },
    whenFree: (wanted) => {
      if (wanted <= free) return Promise.resolve()
      return new Promise((resolve) => waiting.push({ count: wanted, resolve }))
    },
  }
}
