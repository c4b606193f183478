import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import type { Vector } from './vector.ts'
import { VERDICTS } from './verdict.ts'

/** A linear model that `eval/learn/` trained on labelled notes: a weight for each feature and verdict. */
export interface Model {
  /** The row of a feature in the tables below; -1 when unknown. */
  rowOf(hash: number): number
  /** The inverse document frequency of each row, in sixteenths. */
  readonly idf: Uint8Array
  /**
   * Row by row, a weight for each of the {@link VERDICTS}, in units of `scale`; a row has {@link ROW_LENGTH} elements.
   * Memory access dominates the cost of a note; as bytes 160,000 rows take 2.2 MB instead of 9.
   */
  readonly weights: Int8Array
  readonly scale: number
  /** Confidence is the logistic function of `slope · log-odds + offset`, with the log-odds of the raw probability. */
  readonly calibration: { readonly slope: number; readonly offset: number }
}

/*
 * The file: brotli over a header of four 32-bit floats (features, scale of the weights, slope, offset), the sorted
 * hashes as differences of 32 bits each, an idf byte for each feature in sixteenths, and its weights as signed bytes,
 * verdict by verdict. Numbers are little-endian.
 */
const HEADER_BYTES = 16
/** A power of two, so that no row crosses a cache line. */
export const ROW_LENGTH = 16
const IDF_STEPS = 16

/** @throws Error when the file was trained for other verdicts */
export function loadModel(file: URL): Model {
  const bytes = brotliDecompressSync(readFileSync(file))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = view.getFloat32(0, true)
  if (bytes.byteLength !== HEADER_BYTES + count * (5 + VERDICTS.length)) {
    throw new Error(`${file.pathname} was trained for other verdicts; train it again with "npm run learn"`)
  }
  const scale = view.getFloat32(4, true)
  const hashes = new Uint32Array(count)
  const idf = Uint8Array.from(bytes.subarray(HEADER_BYTES + 4 * count, HEADER_BYTES + 5 * count))
  const weights = new Int8Array(count * ROW_LENGTH)
  for (let row = 0, hash = 0; row < count; row++) {
    hash += view.getUint32(HEADER_BYTES + 4 * row, true)
    hashes[row] = hash
    for (let verdict = 0; verdict < VERDICTS.length; verdict++) {
      weights[row * ROW_LENGTH + verdict] = view.getInt8(HEADER_BYTES + 5 * count + verdict * count + row)
    }
  }
  const calibration = { slope: view.getFloat32(8, true), offset: view.getFloat32(12, true) }
  return { rowOf: tableOf(hashes), idf, weights, scale, calibration }
}

/** Encodes a model in the format that {@link loadModel} reads, before compression. */
export function encodeModel(hashes: Uint32Array, { idf, weights, scale, calibration }: Omit<Model, 'rowOf'>): Buffer {
  const count = hashes.length
  const bytes = Buffer.alloc(HEADER_BYTES + count * (5 + VERDICTS.length))
  bytes.writeFloatLE(count, 0)
  bytes.writeFloatLE(scale, 4)
  bytes.writeFloatLE(calibration.slope, 8)
  bytes.writeFloatLE(calibration.offset, 12)
  for (let row = 0; row < count; row++) {
    bytes.writeUInt32LE((hashes[row] ?? 0) - (hashes[row - 1] ?? 0), HEADER_BYTES + 4 * row)
    bytes.writeUInt8(idf[row] ?? 0, HEADER_BYTES + 4 * count + row)
    for (let verdict = 0; verdict < VERDICTS.length; verdict++) {
      bytes.writeInt8(weights[row * ROW_LENGTH + verdict] ?? 0, HEADER_BYTES + 5 * count + verdict * count + row)
    }
  }
  return bytes
}

/** Rounds inverse document frequencies to sixteenths. */
export function quantizeIdf(exact: Float32Array): Uint8Array {
  return Uint8Array.from(exact, (idf) => Math.min(255, Math.round(idf * IDF_STEPS)))
}

/** Rounds weights to 255 steps. @param exact row by row, a weight for each verdict, without padding */
export function quantize(exact: Float32Array): Pick<Model, 'weights' | 'scale'> {
  const scale = exact.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0) / 127
  const weights = new Int8Array((exact.length / VERDICTS.length) * ROW_LENGTH)
  for (const [i, weight] of exact.entries()) {
    const verdict = i % VERDICTS.length
    weights[((i - verdict) / VERDICTS.length) * ROW_LENGTH + verdict] = Math.round(weight / scale)
  }
  return { weights, scale }
}

/**
 * A hash table with open addressing, three times as fast as a `Map` with 90,000 numbers. Each hash is next to its row,
 * so that a look-up needs one memory access. Hashes may be signed or unsigned.
 */
export function tableOf(hashes: Uint32Array): (hash: number) => number {
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, hashes.length * 2)))
  const table = new Int32Array(2 * size).fill(-1)
  const mask = size - 1
  for (const [row, hash] of hashes.entries()) {
    let at = slotOf(hash, mask)
    while (table[2 * at + 1] !== -1) at = (at + 1) & mask
    table[2 * at] = hash
    table[2 * at + 1] = row
  }
  return (hash) => {
    for (let at = slotOf(hash, mask); ; at = (at + 1) & mask) {
      const row = table[2 * at + 1] as number
      if (row === -1 || table[2 * at] === (hash | 0)) return row
    }
  }
}

function slotOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 15)) & mask
}

/** Converts scores to probabilities by softmax, in place. */
export function softmax(scores: Float64Array): Float64Array {
  let largest = Number.NEGATIVE_INFINITY
  for (const score of scores) largest = Math.max(largest, score)
  let sum = 0
  for (let i = 0; i < scores.length; i++) sum += scores[i] = Math.exp((scores[i] ?? 0) - largest)
  for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] ?? 0) / sum
  return scores
}

/**
 * Computes the score of each verdict for a vector.
 *
 * @param scores overwritten and returned; a new array by default
 */
export function scoresOf(
  { weights, scale }: Pick<Model, 'weights' | 'scale'>,
  vector: Vector,
  scores = new Float64Array(VERDICTS.length),
): Float64Array {
  const verdicts = VERDICTS.length
  scores.fill(0)
  const { size, rows, values } = vector
  for (let i = 0; i < size; i++) {
    const base = (rows[i] as number) * ROW_LENGTH
    const value = (values[i] as number) * scale
    for (let k = 0; k < verdicts; k++) scores[k] = (scores[k] as number) + (weights[base + k] as number) * value
  }
  return scores
}
