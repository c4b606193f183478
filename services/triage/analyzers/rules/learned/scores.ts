import { type NoteFeatures, UNKNOWN, wholeFactor } from './features.ts'
import { type Model, OUTPUTS, ROW_LENGTH } from './model.ts'

const scratch = new Float64Array(OUTPUTS) // reused for every word

/**
 * Computes the part of every output that the first `size` rows contribute, before scaling: their weights times their values.
 *
 * @param sums receives them, from index `at` on
 */
function sumUp(
  { weights, scale }: Model,
  rows: Int32Array,
  values: Float32Array,
  size: number,
  sums: Float32Array,
  at: number,
): void {
  scratch.fill(0)
  for (let i = 0; i < size; i++) addRow(scratch, weights, rows[i] as number, (values[i] as number) * scale)
  sums.set(scratch, at)
}

/** Options of a feature reader whose words have their sums for this model. */
export function wordSums(model: Model) {
  return {
    outputs: OUTPUTS,
    sumUp: (rows: Int32Array, values: Float32Array, size: number, sums: Float32Array, at: number) =>
      sumUp(model, rows, values, size, sums, at),
  }
}

/**
 * Computes the score of each output for a note: for verdicts the log-probability up to a constant, for tags the log-odds.
 *
 * @param scores overwritten and returned
 */
export function scoresOf(model: Model, features: NoteFeatures, scores: Float64Array): Float64Array {
  const { weights, scale } = model
  const { size, words, pairs, whole, evidence, shareOf } = features
  scores.fill(0)
  for (let i = 0; i < size; i++) addWord(scores, words[i] as (typeof words)[number])
  for (let i = 0; i <= size; i++) {
    const row = pairs[i] as number
    if (row >= 0) addRow(scores, weights, row, shareOf('pair', row) * scale)
  }
  const factor = wholeFactor(features) * scale
  for (let i = 0; i < whole.length; i++) {
    const row = whole[i] as number
    addRow(scores, weights, row, shareOf(i < evidence ? 'evidence' : 'shape', row) * factor)
  }
  for (let k = 0; k < scores.length; k++) scores[k] = (scores[k] as number) * features.scale
  return scores
}

function addWord(scores: Float64Array, { sums, at }: NoteFeatures['words'][number]): void {
  for (let k = 0; k < scores.length; k++) scores[k] = (scores[k] as number) + (sums[at + k] as number)
}

function addRow(scores: Float64Array, weights: Int8Array, row: number, value: number): void {
  const base = row * ROW_LENGTH
  for (let k = 0; k < scores.length; k++) scores[k] = (scores[k] as number) + (weights[base + k] as number) * value
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

/**
 * Rows and values of all features of a note, scaled; a row that occurs twice is there twice. Rows may also be hashes, which
 * are negative for half of the features.
 */
export function vectorOf(features: NoteFeatures): { rows: Int32Array; values: Float32Array } {
  const rows: number[] = []
  const values: number[] = []
  const add = (row: number, value: number): void => {
    if (row === UNKNOWN) return
    rows.push(row)
    values.push(value * features.scale)
  }
  for (let i = 0; i < features.size; i++) {
    const word = features.words[i] as (typeof features.words)[number]
    for (const [j, row] of word.rows.entries()) add(row, word.values[j] as number)
  }
  for (const row of features.pairs.subarray(0, features.size + 1))
    add(row, row === UNKNOWN ? 0 : features.shareOf('pair', row))
  for (const [i, row] of features.whole.entries()) {
    add(row, features.shareOf(i < features.evidence ? 'evidence' : 'shape', row) * wholeFactor(features))
  }
  return { rows: Int32Array.from(rows), values: Float32Array.from(values) }
}
