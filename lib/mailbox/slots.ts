/** A counted number of places for messages in flight. */
export interface Slots {
  readonly taken: number
  /** Takes a place, a number below the count. @throws Error when none is free: the caller has made sure before */
  take(): number
  giveBack(place: number): void
  /** Resolves when at least so many places are free, at once or when enough are given back, or when the signal aborts. */
  whenFree(count: number, signal?: AbortSignal): Promise<void>
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
    whenFree: (wanted, signal) => {
      if (wanted <= free.length || signal?.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const waiter = {
          count: wanted,
          resolve: () => {
            signal?.removeEventListener('abort', giveUp)
            resolve()
          },
        }
        const giveUp = () => {
          waiting = waiting.filter((other) => other !== waiter)
          resolve()
        }
        waiting.push(waiter)
        signal?.addEventListener('abort', giveUp)
      })
    },
  }
}
