import type { FeatureGroups } from './features.ts'

/**
 * The known features of a note, each once, with their row in the model and their value. The arrays are reused for every
 * note. Elements from `size` on are left over from earlier notes.
 */
export interface Vector {
  readonly size: number
  readonly rows: Int32Array
  readonly values: Float32Array
  /** How often the feature occurs. */
  readonly counts: Int32Array
  /** For every occurrence, group by group, the index of its feature in the arrays above. */
  readonly places: Int32Array
}

/** Length of the vector of every note, chosen so that weights are near 1 and fit into bytes. */
const LENGTH = 2

/**
 * TF-IDF like scikit-learn's `TfidfVectorizer` with `sublinear_tf`, except that each group of features is normalized
 * first. No feature belongs to two groups.
 *
 * @param idf the inverse document frequency of each row, in any unit
 * @returns computes the vector of a note, which is valid until the next call
 */
export function createVectorizer(idf: Float32Array | Uint8Array): (groups: FeatureGroups) => Vector {
  // all -1 between notes; ten times cheaper than a Map per note
  const placeOfRow = new Int32Array(idf.length).fill(-1)
  let lists = createLists(1_024)

  return (groups) => {
    const inOrder = Object.values(groups)
    const most = inOrder.reduce((sum, { size }) => sum + size, 0)
    if (most > lists.rows.length) lists = createLists(2 * most)
    const { rows, values, counts, places } = lists
    let [size, occurrence] = [0, 0]
    for (const group of inOrder) {
      const from = size
      for (let i = 0; i < group.size; i++) {
        const row = group.rows[i] as number
        let place = placeOfRow[row] as number
        if (place < 0) {
          place = size++
          placeOfRow[row] = place
          rows[place] = row
          counts[place] = 1
        } else counts[place] = (counts[place] as number) + 1
        places[occurrence++] = place
      }
      normalize(values, counts, from, size, group.share)
    }
    for (let place = 0; place < size; place++) {
      const row = rows[place] as number
      placeOfRow[row] = -1
      values[place] = (values[place] as number) * (idf[row] as number)
    }
    scaleTo(LENGTH, values, 0, size)
    return { size, rows, values, counts, places }
  }
}

/** Copies a vector, so that it stays valid after the next call. */
export function keep({ size, rows, values, counts, places }: Vector): Vector {
  const own = { rows: rows.slice(0, size), values: values.slice(0, size), counts: counts.slice(0, size) }
  return { size, ...own, places: places.slice() }
}

function createLists(capacity: number): Omit<Vector, 'size'> {
  return {
    rows: new Int32Array(capacity),
    values: new Float32Array(capacity),
    counts: new Int32Array(capacity),
    places: new Int32Array(capacity),
  }
}

/** Converts counts to values: 1 + log(count), scaled to the length of the group's share. */
function normalize(values: Float32Array, counts: Int32Array, from: number, to: number, share: number): void {
  for (let i = from; i < to; i++) {
    const count = counts[i] as number
    values[i] = count === 1 ? 1 : 1 + Math.log(count) // most counts are 1
  }
  scaleTo(share, values, from, to)
}

function scaleTo(length: number, values: Float32Array, from: number, to: number): void {
  let squares = 0
  for (let i = from; i < to; i++) squares += (values[i] as number) * (values[i] as number)
  const scale = squares === 0 ? 0 : length / Math.sqrt(squares)
  for (let i = from; i < to; i++) values[i] = (values[i] as number) * scale
}
