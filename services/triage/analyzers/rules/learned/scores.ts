import { createFeatureReader, type FeatureReader, type NoteFeatures, SHARES, wholeFactor } from './features.ts'
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
  const { scale } = model
  const wordSums = new Int16Array(RECORDS * ROW_LENGTH)
  const sums = new Float64Array(ROW_LENGTH) // reused

  const reader = createFeatureReader(model, (record, rows, size, share) => {
    clear(sums)
    addRows(sums, model, rows, 0, size, share * scale * SUM_STEPS)
    const base = record * ROW_LENGTH
    for (let k = 0; k < OUTPUTS; k++) {
      wordSums[base + k] = Math.max(-MAX_SUM, Math.min(MAX_SUM, Math.round(sums[k] as number)))
    }
  })

  return {
    reader,
    wordSums,
    score(features, scores) {
      const { size, records, rows, pairsEnd, evidenceEnd, shapesEnd } = features
      clear(sums)
      addWords(sums, wordSums, records, size)
      addRows(sums, model, rows, 0, pairsEnd, SHARES.pair * scale)
      const factor = wholeFactor(features) * scale
      addRows(sums, model, rows, pairsEnd, evidenceEnd, SHARES.evidence * factor)
      addRows(sums, model, rows, evidenceEnd, shapesEnd, SHARES.shape * factor)
      for (let k = 0; k < scores.length; k++) scores[k] = (sums[k] as number) * features.scale
      return scores
    },
  }
}
/** As `fill(0)`, which takes longer for so few. */
function clear(sums: Float64Array): void {
  for (let k = 0; k < sums.length; k++) sums[k] = 0
}

/*
 * The next two functions sum columns of a table. They keep four sums at a time in registers, which takes half the time of
 * adding row by row.
 */

/** Adds the sums of the first `size` words to those of all outputs. */
function addWords(sums: Float64Array, wordSums: Int16Array, records: Int32Array, size: number): void {
  for (let k = 0; k < OUTPUTS; k += 4) {
    let [a, b, c, d] = [0, 0, 0, 0]
    for (let i = 0; i < size; i++) {
      const at = (records[i] as number) * ROW_LENGTH + k
      a = (a + (wordSums[at] as number)) | 0
      b = (b + (wordSums[at + 1] as number)) | 0
      c = (c + (wordSums[at + 2] as number)) | 0
      d = (d + (wordSums[at + 3] as number)) | 0
    }
    sums[k] = (sums[k] as number) + a / SUM_STEPS
    sums[k + 1] = (sums[k + 1] as number) + b / SUM_STEPS
    sums[k + 2] = (sums[k + 2] as number) + c / SUM_STEPS
    sums[k + 3] = (sums[k + 3] as number) + d / SUM_STEPS
  }
}

/** Adds the weights of the rows from index `first` up to `end`, times their idf and `factor`. */
function addRows(
  sums: Float64Array,
  { weights, idfOf }: Model,
  rows: Int32Array,
  first: number,
  end: number,
  factor: number,
): void {
  for (let k = 0; k < OUTPUTS; k += 4) {
    let [a, b, c, d] = [0, 0, 0, 0]
    for (let i = first; i < end; i++) {
      const row = rows[i] as number
      const value = idfOf(row)
      const at = row * ROW_LENGTH + k
      a = (a + Math.imul(weights[at] as number, value)) | 0
      b = (b + Math.imul(weights[at + 1] as number, value)) | 0
      c = (c + Math.imul(weights[at + 2] as number, value)) | 0
      d = (d + Math.imul(weights[at + 3] as number, value)) | 0
    }
    sums[k] = (sums[k] as number) + a * factor
    sums[k + 1] = (sums[k + 1] as number) + b * factor
    sums[k + 2] = (sums[k + 2] as number) + c * factor
    sums[k + 3] = (sums[k + 3] as number) + d * factor
  }
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
