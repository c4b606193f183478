/**
 * Lets at most `size` reads run at a time; the others wait in the order of their calls. Bounded by its callers: each has
 * one read at a time.
 */
export function createTurns(size: number): <T>(read: () => Promise<T>) => Promise<T> {
  let free = size
  const waiting: (() => void)[] = []
  return async (read) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await read()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next() // takes over the turn
    }
  }
}
