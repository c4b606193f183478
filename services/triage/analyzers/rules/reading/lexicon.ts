import { wordHash } from './hash.ts'
import { type Spelling, textHashOf, textOf } from './spelling.ts'

/*
 * Word lists, in which most words of notes are not. A filter of bits, which fits into the cache of the processor, tells
 * that without comparing texts (a Bloom filter with one hash function): a `Map` needs three accesses to memory.
 */

/** Bits of the filter for each word, at least. */
const BITS_PER_WORD = 16

/** Whether a text with this hash can be among those of the filter. */
export type TextFilter = (hash: number) => boolean

/** @param hashes those of the texts, see {@link wordHash} */
export function createTextFilter(hashes: readonly number[]): TextFilter {
  const size = 2 ** Math.ceil(Math.log2(Math.max(32, hashes.length * BITS_PER_WORD)))
  const bits = new Int32Array(size / 32)
  const bitOf = (hash: number) => (hash ^ (hash >>> 15)) & (size - 1)
  for (const hash of hashes) bits[bitOf(hash) >>> 5] = (bits[bitOf(hash) >>> 5] as number) | (1 << (bitOf(hash) & 31))
  return (hash) => (((bits[bitOf(hash) >>> 5] as number) >>> (bitOf(hash) & 31)) & 1) !== 0
}

/** A map from folded words to something about them. */
export interface Lexicon<Value> {
  get(spelling: Spelling): Value | undefined
}

export function createLexicon<Value>(values: ReadonlyMap<string, Value>): Lexicon<Value> {
  const mayHave = createTextFilter([...values.keys()].map(wordHash))
  return {
    get: (spelling) => (mayHave(textHashOf(spelling)) ? values.get(textOf(spelling)) : undefined),
  }
}
