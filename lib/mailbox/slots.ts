/** A fixed number of slots for messages in flight. */
export interface Slots {
  readonly used: number
  /**
   * Acquires a slot and returns its index, below the number of slots.
   *
   * @throws Error if none is free; the caller checks before
   */
  acquire(): number
  release(slot: number): void
  /** Resolves when at least `count` slots are free, or when the signal aborts. */
  whenFree(count: number, signal?: AbortSignal): Promise<void>
}

export function createSlots(size: number): Slots {
  const free = Array.from({ length: size }, (_, slot) => slot)
  let waiters: { count: number; resolve: () => void }[] = []
  return {
    get used() {
      return size - free.length
    },
    acquire: () => {
      const slot = free.pop()
      if (slot === undefined) throw new Error(`all ${size} slots are in use`)
      return slot
    },
    release: (slot) => {
      free.push(slot)
      if (waiters.length === 0) return
      const ready = waiters.filter((waiter) => waiter.count <= free.length)
      if (ready.length === 0) return
      waiters = waiters.filter((waiter) => waiter.count > free.length)
      for (const { resolve } of ready) resolve()
    },
    whenFree: (count, signal) => {
      if (count <= free.length || signal?.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const waiter = {
          count,
          resolve: () => {
            signal?.removeEventListener('abort', onAbort)
            resolve()
          },
        }
        const onAbort = () => {
          waiters = waiters.filter((other) => other !== waiter)
          resolve()
        }
        waiters.push(waiter)
        signal?.addEventListener('abort', onAbort)
      })
    },
  }
}
