import type { ReadNote } from '../reading/read-note.ts'
import type { FeatureTable } from './feature-table.ts'
import { createFeatureReader, SHARES, wholeFactor } from './features.ts'

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
  const ofWords: { rows: Int32Array; share: number }[] = [] // by record
  const reader = createFeatureReader(table, (record, rows, size, share) => {
    ofWords[record] = { rows: rows.slice(0, size), share }
  })
  return {
    read(note, { words, findings }) {
      const features = reader.read(note, words, findings)
      const rows: number[] = []
      const values: number[] = []
      const add = (some: Int32Array, factor: number): void => {
        for (const row of some) {
          rows.push(row)
          values.push(table.idfOf(row) * factor * features.scale)
        }
      }
      const { size, records, rows: known, pairsEnd, evidenceEnd, shapesEnd } = features
      for (const record of records.subarray(0, size)) {
        const word = ofWords[record] as (typeof ofWords)[number]
        add(word.rows, word.share)
      }
      add(known.subarray(0, pairsEnd), SHARES.pair)
      add(known.subarray(pairsEnd, evidenceEnd), SHARES.evidence * wholeFactor(features))
      add(known.subarray(evidenceEnd, shapesEnd), SHARES.shape * wholeFactor(features))
      return { rows: Int32Array.from(rows), values: Float32Array.from(values) }
    },
    wordRows({ words, findings }) {
      const { size, records } = reader.read('', words, findings)
      return [...records.subarray(0, size)].flatMap((record) => [...(ofWords[record] as (typeof ofWords)[number]).rows])
    },
  }
}
