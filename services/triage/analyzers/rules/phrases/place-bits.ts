import type { Place } from './phrase.ts'

/*
 * Sets of places as 128 bits in four integers, which tell without a look-up that a word fits none of them. Each bit stands
 * for several places: those whose number has the same remainder.
 */

const BITS = 128
export const PLACE_INTEGERS = BITS / 32

/** {@link PLACE_INTEGERS} integers. */
export type PlaceBits = Int32Array

/** Sets the bit of a place, by its number, in the set that begins at an element of a table. */
export function addBitOf(table: Int32Array, at: number, place: number): void {
  const integer = at + ((place >>> 5) & (PLACE_INTEGERS - 1))
  table[integer] = (table[integer] as number) | (1 << (place & 31))
}

export function hasBitOf(bits: PlaceBits, place: number): boolean {
  return (((bits[(place >>> 5) & (PLACE_INTEGERS - 1)] as number) >>> (place & 31)) & 1) !== 0
}

/** Whether the sets that begin at these elements of two tables share a bit. */
export function shareBit(first: Int32Array, at: number, second: Int32Array, from: number): boolean {
  return (
    (((first[at] as number) & (second[from] as number)) |
      ((first[at + 1] as number) & (second[from + 1] as number)) |
      ((first[at + 2] as number) & (second[from + 2] as number)) |
      ((first[at + 3] as number) & (second[from + 3] as number))) !==
    0
  )
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
  // in the given order, in which phrases are found
  return new Map([...all].map((place) => [place, numbers.get(place) as number]))
}

/** The words and prefixes that fit a place. */
function keysOf({ words, prefixes, number }: Place): string[] {
  return [...words, ...prefixes, ...(number ? ['#'] : [])]
}
