/** Returns numbers from 0 to below 1; the same seed gives the same numbers. */
export type Random = () => number

/** The mulberry32 generator: good enough for test data, and fast. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** @param items at least one */
export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)] as Item // the index is within the list
}

/** Returns a function that picks names as often as their weights say. */
export function inProportion<Name extends string>(random: Random, weights: Readonly<Record<Name, number>>): () => Name {
  const entries = Object.entries<number>(weights) as [Name, number][]
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0)
  return () => {
    let left = random() * total
    for (const [name, weight] of entries) {
      left -= weight
      if (left < 0) return name
    }
    return (entries.at(-1) as [Name, number])[0]
  }
}

/** Returns a function that picks numbers from 0 to below `count`: 0 most often, then 1, as in Zipf's law. */
export function zipf(random: Random, count: number): () => number {
  const weights = Array.from({ length: count }, (_, i) => 1 / (i + 1))
  const sums: number[] = []
  let total = 0
  for (const weight of weights) {
    total += weight
    sums.push(total)
  }
  return () => {
    const wanted = random() * total
    let [low, high] = [0, count - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) > wanted) high = middle
      else low = middle + 1
    }
    return low
  }
}
