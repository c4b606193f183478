/** The row of a feature that the model does not know. */
export const UNKNOWN = -1

/** The features that a model knows. */
export interface FeatureTable {
  /** The row of a feature; {@link UNKNOWN} when there is none. */
  rowOf(hash: number): number
  /** The inverse document frequency of each row, in any unit. */
  readonly idf: ArrayLike<number>
}

/**
 * A hash table with open addressing, three times as fast as a `Map`. Each hash is next to its row, so
 * that a look-up needs one memory access. Hashes may be signed or unsigned.
 *
 * Most look-ups are for word pairs that no model knows. A bit set that fits into the processor's cache answers nine of ten
 * of those (a Bloom filter with one hash function).
 */
export function tableOf(hashes: Uint32Array): (hash: number) => number {
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, hashes.length * 2)))
  const table = new Int32Array(2 * size).fill(-1)
  const filter = new Uint32Array(FILTER_BITS / 32)
  const mask = size - 1
  for (const [row, hash] of hashes.entries()) {
    let at = slotOf(hash, mask)
    while (table[2 * at + 1] !== -1) at = (at + 1) & mask
    table[2 * at] = hash
    table[2 * at + 1] = row
    const bit = hash & (FILTER_BITS - 1)
    filter[bit >>> 5] = (filter[bit >>> 5] as number) | (1 << (bit & 31))
  }
  return (hash) => {
    const bit = hash & (FILTER_BITS - 1)
    if ((((filter[bit >>> 5] as number) >>> (bit & 31)) & 1) === 0) return -1
    for (let at = slotOf(hash, mask); ; at = (at + 1) & mask) {
      const row = table[2 * at + 1] as number
      if (row === -1 || table[2 * at] === (hash | 0)) return row
    }
  }
}

const FILTER_BITS = 2 ** 21

function slotOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 15)) & mask
}
