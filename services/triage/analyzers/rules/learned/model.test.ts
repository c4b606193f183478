import { describe, expect, it } from 'vitest'
import { UNKNOWN } from './feature-table.ts'
import { createModel, OUTPUTS, ROW_LENGTH } from './model.ts'

/** Differs from 5 in bits 10 to 17 of the mixed hash only, which a row does not store. */
const LIKE_5 = 5 | (1 << 10)
const HASHES = Uint32Array.of(5, 6, LIKE_5, 0xffffffff)

const model = createModel(
  {
    hashes: HASHES,
    idf: Uint8Array.of(16, 32, 48, 255),
    weights: Int8Array.from({ length: OUTPUTS * HASHES.length }, (_, i) => (i % HASHES.length) - 2), // -2, -1, 0 and 1
    scale: 1,
  },
  { slope: 1, offset: 0 },
)

describe('the rows of a model', () => {
  it('are found by signed and unsigned hashes, with weights and document frequencies', () => {
    const rows = [5, 6, LIKE_5, -1].map((hash) => model.rowOf(hash))
    expect(new Set(rows).size).toBe(4)
    expect(rows.map((row) => model.idfOf(row))).toEqual([16, 32, 48, 255])
    for (const [i, row] of rows.entries()) {
      const weights = [...model.weights.subarray(row * ROW_LENGTH, row * ROW_LENGTH + OUTPUTS)]
      expect(weights).toEqual(weights.map(() => i - 2))
    }
  })

  it('are not found for other hashes, also when only bits differ that a row does not store', () => {
    expect([7, 0, LIKE_5 | (1 << 11), 5 | (1 << 17)].map((hash) => model.rowOf(hash))).toEqual(Array(4).fill(UNKNOWN))
  })

  it('are found together as one by one', () => {
    const hashes = Int32Array.of(6, 7, 5, LIKE_5)
    const rows = new Int32Array(4)
    model.rowsOf(hashes, 4, rows)
    expect([...rows]).toEqual([...hashes].map((hash) => model.rowOf(hash)))
  })
})
