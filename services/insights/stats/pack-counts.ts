import type { CountedLeads } from './count-leads.ts'

/*
 * Packed counts: those of an hour as bytes, which are read and added up many times faster than rows. For each combination
 * of a client, a source and a language there are, as unsigned integers of 16 bits in little-endian order: the numbers of
 * the three, how many entries follow, and the entries: a key of measures.ts and its count. A count above 65,535 takes
 * several entries. A number is an index in the list of the names that the hour has.
 */

// a type, so that it has an index signature as JSON needs
export type Names = {
  readonly clients: readonly string[]
  readonly sources: readonly (string | null)[]
  readonly languages: readonly (string | null)[]
}

/** The packed counts of an hour. */
export interface PackedHour {
  readonly hour: Date
  readonly names: Names
  readonly counts: Buffer
}

/** The number of all values without a name. */
export const UNNAMED = 0xffff
const MAX_COUNT = 0xffff
const HEADER_BYTES = 8
const ENTRY_BYTES = 4

/** Packs the counts of each hour that has leads, and the sum of them, which is one combination without names. */
export function packHours(counted: readonly CountedLeads[]): (PackedHour & { readonly total: Buffer })[] {
  return [...Map.groupBy(counted, ({ hour }) => hour.getTime())].map(([hour, leads]) => {
    const [clients, sources, languages] = [numberNames<string>(), numberNames(), numberNames()]
    const total = new Map<number, number>()
    const combinations = leads.map(({ client_id: client, source, language, is_rest: isRest, counts }) => {
      const entries = Object.entries(counts).map(([key, count]) => [Number(key), count] as const)
      for (const [key, count] of entries) total.set(key, (total.get(key) ?? 0) + count)
      const numbers = [
        clients.numberOf(client),
        isRest ? UNNAMED : sources.numberOf(source),
        languages.numberOf(language),
      ]
      return packCombination(numbers, entries)
    })
    return {
      hour: new Date(hour),
      names: { clients: clients.names, sources: sources.names, languages: languages.names },
      counts: Buffer.concat(combinations),
      total: packCombination([0, 0, 0], [...total]),
    }
  })
}

function numberNames<T = string | null>() {
  const numbers = new Map<T, number>()
  return {
    /** Values beyond those that have a number of 16 bits have none. */
    numberOf: (name: T): number => {
      const number = numbers.get(name) ?? numbers.size
      if (number < UNNAMED) numbers.set(name, number)
      return Math.min(number, UNNAMED)
    },
    get names(): T[] {
      return [...numbers.keys()]
    },
  }
}

function packCombination(
  numbers: readonly number[],
  counts: readonly (readonly [key: number, count: number])[],
): Buffer {
  const entries = counts.flatMap(([key, count]) => {
    const full = Array.from({ length: Math.floor(count / MAX_COUNT) }, () => [key, MAX_COUNT])
    return count % MAX_COUNT === 0 ? full : [...full, [key, count % MAX_COUNT]]
  })
  const values = [...numbers, entries.length, ...entries.flat()]
  const bytes = Buffer.alloc(values.length * 2)
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, index * 2)
  return bytes
}

/**
 * Visits the combinations of packed counts.
 *
 * @param visit gets the numbers of the values and the place of the entries, see {@link forEachCount}
 */
export function forEachCombination(
  counts: DataView,
  visit: (client: number, source: number, language: number, from: number, to: number) => void,
): void {
  for (let at = 0; at < counts.byteLength; ) {
    const from = at + HEADER_BYTES
    const to = from + counts.getUint16(at + 6, true) * ENTRY_BYTES
    visit(counts.getUint16(at, true), counts.getUint16(at + 2, true), counts.getUint16(at + 4, true), from, to)
    at = to
  }
}

/** Visits the entries of a combination. */
export function forEachCount(
  counts: DataView,
  from: number,
  to: number,
  visit: (key: number, count: number) => void,
): void {
  for (let at = from; at < to; at += ENTRY_BYTES) visit(counts.getUint16(at, true), counts.getUint16(at + 2, true))
}
