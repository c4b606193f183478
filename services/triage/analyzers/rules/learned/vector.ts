import type { ReadNote } from '../reading/read-note.ts'
import { type FeatureTable, UNKNOWN } from './feature-table.ts'
import { createFeatureReader, wholeFactor } from './features.ts'

/** Rows of features and their values; a row that occurs twice is there twice. */
export interface Vector {
  readonly rows: Int32Array
  readonly values: Float32Array
}

/** Reads notes for training. */
export interface VectorReader {
  /** All features of a note, scaled. */
  read(note: string, { words, findings }: ReadNote): Vector
  /** The rows of the words of a note. */
  wordRows(note: ReadNote): number[]
}

/** @param table its rows may also be hashes, which are negative for half of the features */
export function createVectorReader(table: FeatureTable): VectorReader {
  const ofWords: Vector[] = [] // by record
  const reader = createFeatureReader(table, (record, rows, values, size) => {
    ofWords[record] = { rows: rows.slice(0, size), values: values.slice(0, size) }
  })
  return {
    read(note, { words, findings }) {
      const features = reader.read(note, words, findings)
      const rows: number[] = []
      const values: number[] = []
      const add = (row: number, value: number): void => {
        if (row === UNKNOWN) return
        rows.push(row)
        values.push(value * features.scale)
      }
      const { size, records, pairs, whole, evidence, shareOf } = features
      for (const record of records.subarray(0, size)) {
        const word = ofWords[record] as Vector
        for (const [j, row] of word.rows.entries()) add(row, word.values[j] as number)
      }
      for (const row of pairs.subarray(0, size + 1)) add(row, row === UNKNOWN ? 0 : shareOf('pair', row))
      for (const [i, row] of whole.entries()) {
        add(row, shareOf(i < evidence ? 'evidence' : 'shape', row) * wholeFactor(features))
      }
      return { rows: Int32Array.from(rows), values: Float32Array.from(values) }
    },
    wordRows({ words, findings }) {
      const { size, records } = reader.read('', words, findings)
      return [...records.subarray(0, size)].flatMap((record) => [...(ofWords[record] as Vector).rows])
    },
  }
}
