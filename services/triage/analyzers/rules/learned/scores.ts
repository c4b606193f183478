import { createFeatureReader, type FeatureReader, type NoteFeatures, wholeFactor } from './features.ts'
import { type Model, OUTPUTS, ROW_LENGTH } from './model.ts'
import { RECORDS } from './word-features.ts'

/** Computes the scores of notes. */
export interface Scorer {
  readonly reader: FeatureReader
  /**
   * What each word contributes to each output before scaling, by record: {@link ROW_LENGTH} elements, in units of
   * 1/{@link SUM_STEPS}. With 16 bits they fill one cache line.
   */
  readonly wordSums: Int16Array
  /**
   * Computes the score of each output for a note that `reader` has read: for verdicts the log-probability up to a
   * constant, for tags the log-odds.
   *
   * @param scores overwritten and returned
   */
  score(features: NoteFeatures, scores: Float64Array): Float64Array
}

/** The largest sum of a real word is about 1,970 and nearly fills 16 bits. Larger ones are cut off. */
export const SUM_STEPS = 16
const MAX_SUM = 32_767

export function createScorer(model: Model): Scorer {
  const { weights, scale } = model
  const wordSums = new Int16Array(RECORDS * ROW_LENGTH)
  const exact = new Float64Array(OUTPUTS) // reused for every word
  const totals = new Int32Array(OUTPUTS) // reused for every note

  const reader = createFeatureReader(model, (record, rows, values, size) => {
    exact.fill(0)
    for (let i = 0; i < size; i++) addRow(exact, weights, rows[i] as number, (values[i] as number) * scale)
    const base = record * ROW_LENGTH
    for (let k = 0; k < OUTPUTS; k++) {
      const steps = Math.round((exact[k] as number) * SUM_STEPS)
      wordSums[base + k] = Math.max(-MAX_SUM, Math.min(MAX_SUM, steps))
    }
  })

  return {
    reader,
    wordSums,
    score(features, scores) {
      const { size, records, pairs, whole, evidence, shareOf } = features
      totals.fill(0)
      for (let i = 0; i < size; i++) addWord(totals, wordSums, (records[i] as number) * ROW_LENGTH)
      for (let k = 0; k < OUTPUTS; k++) scores[k] = (totals[k] as number) / SUM_STEPS
      for (let i = 0; i <= size; i++) {
        const row = pairs[i] as number
        if (row >= 0) addRow(scores, weights, row, shareOf('pair', row) * scale)
      }
      const factor = wholeFactor(features) * scale
      for (let i = 0; i < whole.length; i++) {
        const row = whole[i] as number
        addRow(scores, weights, row, shareOf(i < evidence ? 'evidence' : 'shape', row) * factor)
      }
      for (let k = 0; k < OUTPUTS; k++) scores[k] = (scores[k] as number) * features.scale
      return scores
    },
  }
}

function addWord(totals: Int32Array, wordSums: Int16Array, base: number): void {
  for (let k = 0; k < OUTPUTS; k++) totals[k] = (totals[k] as number) + (wordSums[base + k] as number)
}

function addRow(scores: Float64Array, weights: Int8Array, row: number, value: number): void {
  const base = row * ROW_LENGTH
  for (let k = 0; k < OUTPUTS; k++) scores[k] = (scores[k] as number) + (weights[base + k] as number) * value
}

/** Converts the first `size` scores to probabilities by softmax, in place. */
export function softmax(scores: Float64Array, size: number): Float64Array {
  let largest = Number.NEGATIVE_INFINITY
  for (let k = 0; k < size; k++) largest = Math.max(largest, scores[k] as number)
  let sum = 0
  for (let k = 0; k < size; k++) sum += scores[k] = Math.exp((scores[k] as number) - largest)
  for (let k = 0; k < size; k++) scores[k] = (scores[k] as number) / sum
  return scores
}
