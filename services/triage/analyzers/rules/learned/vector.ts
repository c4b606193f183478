import type { FeatureGroup } from './features.ts'

/** The features of a note that a model knows, each once: its row in the model's table, and how much of it the note has. */
export interface Vector {
  readonly rows: Int32Array
  readonly values: Float32Array
  /** How often the feature occurs. */
  readonly counts: Int32Array
  /** For every occurrence, group by group, its feature's place in the lists above; -1 when the model does not know it. */
  readonly places: Int32Array
}

/** Length of every note's vector: with it the weights stay near 1 and fit into bytes. */
const LENGTH = 2

/**
 * TF-IDF as scikit-learn's `TfidfVectorizer` has it with `sublinear_tf`, but each group of features brought to its own
 * length first. No feature belongs to two groups.
 *
 * @param rowOf the row of a feature, -1 when the model does not know it
 * @param idf the inverse document frequency of each row
 */
export function createVectorizer(
  rowOf: (hash: number) => number,
  idf: Float32Array,
): (groups: readonly FeatureGroup[]) => Vector {
  // between two notes all -1: asking an array is ten times cheaper than a Map of each note's own
  const placeOfRow = new Int32Array(idf.length).fill(-1)

  return (groups) => {
    const most = groups.reduce((sum, { hashes }) => sum + hashes.length, 0)
    const rows = new Int32Array(most)
    const values = new Float32Array(most)
    const counts = new Int32Array(most)
    const places = new Int32Array(most)
    let [size, occurrence] = [0, 0]
    for (const { share, hashes } of groups) {
      const from = size
      for (const hash of hashes) {
        const row = rowOf(hash)
        let place = row < 0 ? -1 : (placeOfRow[row] as number)
        if (row >= 0 && place < 0) {
          place = size++
          placeOfRow[row] = place
          rows[place] = row
        }
        if (place >= 0) counts[place] = (counts[place] as number) + 1
        places[occurrence++] = place
      }
      normalize(values, counts, from, size, share)
    }
    for (let place = 0; place < size; place++) {
      const row = rows[place] as number
      placeOfRow[row] = -1
      values[place] = (values[place] as number) * (idf[row] as number)
    }
    scaleTo(LENGTH, values, 0, size)
    return { rows: rows.subarray(0, size), values: values.subarray(0, size), counts: counts.subarray(0, size), places }
  }
}

/** Counts become values: damped by the logarithm, and together as long as the group's share. */
function normalize(values: Float32Array, counts: Int32Array, from: number, to: number, share: number): void {
  for (let i = from; i < to; i++) values[i] = 1 + Math.log(counts[i] as number)
  scaleTo(share, values, from, to)
}

function scaleTo(length: number, values: Float32Array, from: number, to: number): void {
  let squares = 0
  for (let i = from; i < to; i++) squares += (values[i] as number) ** 2
  const scale = squares === 0 ? 0 : length / Math.sqrt(squares)
  for (let i = from; i < to; i++) values[i] = (values[i] as number) * scale
}
