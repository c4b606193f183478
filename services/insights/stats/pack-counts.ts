import type { CountedLeads } from './count-leads.ts'

/*
 * Packed counts: those of an hour as bytes, which are read and added up many times faster than rows. For each combination
 * of a client, a source and a language there are the numbers of the three, how many bytes follow, and in these the entries:
 * a key of measures.ts and its count. A number is 1 for the first of the names that the hour has, and 0 for all values
 * without a name. Everything is a varint as in Protocol Buffers: 7 bits in each byte, the lowest first, and the highest
 * bit is set in all bytes but the last one.
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
export const UNNAMED = 0

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
      total: packCombination([UNNAMED, UNNAMED, UNNAMED], [...total]),
    }
  })
}

function numberNames<T = string | null>() {
  const numbers = new Map<T, number>()
  return {
    numberOf: (name: T): number => {
      const number = numbers.get(name) ?? numbers.size + 1
      numbers.set(name, number)
      return number
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
  const entries = counts.flat().flatMap(varint)
  return Buffer.from([...[...numbers, entries.length].flatMap(varint), ...entries])
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
}

class VarintReader {
  readonly #bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  next(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.at++] ?? 0
      if (byte < 128) return value + byte * factor
      value += (byte - 128) * factor
    }
  }
}

/**
 * Visits the combinations of packed counts.
 *
 * @param visit gets the numbers of the values and the place of the entries, see {@link forEachCount}
 */
export function forEachCombination(
  counts: Uint8Array,
  visit: (client: number, source: number, language: number, from: number, to: number) => void,
): void {
  const reader = new VarintReader(counts, 0)
  while (reader.at < counts.length) {
    const client = reader.next()
    const source = reader.next()
    const language = reader.next()
    const bytes = reader.next()
    const from = reader.at
    reader.at += bytes
    visit(client, source, language, from, reader.at)
  }
}

/** Visits the entries of a combination. */
export function forEachCount(
  counts: Uint8Array,
  from: number,
  to: number,
  visit: (key: number, count: number) => void,
): void {
  const reader = new VarintReader(counts, from)
  while (reader.at < to) visit(reader.next(), reader.next())
}
