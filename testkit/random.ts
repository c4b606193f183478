import { createHash } from 'node:crypto'

/** A deterministic random number generator: the same seed gives the same numbers. */
export interface Random {
  /** From 0 inclusive to 1 exclusive. */
  next(): number
  /** An integer from `min` to `max`, both inclusive. */
  integer(min: number, max: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  shuffled<T>(list: readonly T[]): T[]
  /** A UUID of version 4. */
  uuid(): string
  /** Another sequence, which depends only on the seed and `name`, not on how many numbers were drawn here. */
  fork(name: string): Random
}

export function createRandom(seed: string): Random {
  const next = sfc32(createHash('sha256').update(seed).digest())
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  const pick = <T>(list: readonly T[]): T => {
    if (list.length === 0) throw new Error('cannot pick from an empty list')
    return list[integer(0, list.length - 1)] as T // the index is within the list
  }
  return {
    next,
    integer,
    pick,
    chance: (probability) => next() < probability,
    shuffled: (list) =>
      list
        .map((item) => ({ item, at: next() }))
        .sort((a, b) => a.at - b.at)
        .map(({ item }) => item),
    uuid: () => {
      const hex = Array.from({ length: 4 }, () => integer(0, 0xffffffff).toString(16).padStart(8, '0')).join('')
      const variant = '89ab'[integer(0, 3)]
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
    },
    fork: (name) => createRandom(`${seed}/${name}`),
  }
}

/** Chris Doty-Humphrey's Small Fast Counter, 32 bits (PractRand): four words of state, the last one a counter. */
function sfc32(seed: Buffer): () => number {
  let a = seed.readInt32LE(0)
  let b = seed.readInt32LE(4)
  let c = seed.readInt32LE(8)
  let counter = seed.readInt32LE(12)
  return () => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
}
