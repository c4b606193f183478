import type { Place } from './phrase.ts'

/*
 * Sets of places as 64 bits, which tell without a look-up that a word fits none of them. Each bit stands for several places:
 * those whose number has the same remainder.
 */

export interface PlaceBits {
  low: number
  high: number
}

const BITS = 64

/** Sets the bit of a place, by its number. */
export function addBitOf(bits: PlaceBits, place: number): void {
  if ((place & 32) === 0) bits.low |= 1 << (place & 31)
  else bits.high |= 1 << (place & 31)
}

export function hasBitOf({ low, high }: PlaceBits, place: number): boolean {
  return ((((place & 32) === 0 ? low : high) >>> (place & 31)) & 1) !== 0
}

/**
 * Numbers places so that those with a word in common share a bit. A frequent word fits dozens of places; with a bit for
 * each it would seem to fit almost everything.
 */
export function numbersOf(places: Iterable<Place>): Map<Place, number> {
  const all = new Set(places)
  const timesOf = new Map<string, number>()
  for (const place of all) for (const key of keysOf(place)) timesOf.set(key, (timesOf.get(key) ?? 0) + 1)
  const groups = Map.groupBy(all, (place) =>
    keysOf(place).reduce((most, key) => ((timesOf.get(key) ?? 0) > (timesOf.get(most) ?? 0) ? key : most)),
  )
  const numbers = new Map<Place, number>()
  const next = Array.from({ length: BITS }, (_, bit) => bit)
  for (const [rank, group] of [...groups.values()].sort((a, b) => b.length - a.length).entries()) {
    const bit = rank % BITS
    for (const place of group) {
      numbers.set(place, next[bit] as number)
      next[bit] = (next[bit] as number) + BITS
    }
  }
  return numbers
}

/** The words and prefixes that fit a place. */
function keysOf({ words, prefixes, number }: Place): string[] {
  return [...words, ...prefixes, ...(number ? ['#'] : [])]
}
