import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { VERDICTS } from './verdict.ts'

/** What was learned from labelled notes by `eval/learn/`: for each feature how much it speaks for each verdict. */
export interface Model {
  /** The row of a feature in the tables below, -1 when it is not known. */
  rowOf(hash: number): number
  readonly idf: Float32Array
  /** Row by row, a weight for each of the {@link VERDICTS}. */
  readonly weights: Float32Array
  /** Confidence is the logistic function of `slope · log-odds + offset` of the verdict's raw probability. */
  readonly calibration: { readonly slope: number; readonly offset: number }
}

/*
 * The file: brotli over a header of four 32-bit floats (features, scale of the weights, slope, offset), the sorted
 * hashes as differences of 32 bits each, an idf byte for each feature in sixteenths, and its weights as signed bytes,
 * verdict by verdict. Numbers are little-endian.
 */
const HEADER_BYTES = 16
const IDF_STEPS = 16

/** @throws Error when the file was made for other verdicts */
export function loadModel(file: URL): Model {
  const bytes = brotliDecompressSync(readFileSync(file))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = view.getFloat32(0, true)
  if (bytes.byteLength !== HEADER_BYTES + count * (5 + VERDICTS.length)) {
    throw new Error(`${file.pathname} was made for other verdicts; make it again with "npm run learn"`)
  }
  const scale = view.getFloat32(4, true)
  const hashes = new Uint32Array(count)
  const idf = new Float32Array(count)
  const weights = new Float32Array(count * VERDICTS.length)
  for (let row = 0, hash = 0; row < count; row++) {
    hash += view.getUint32(HEADER_BYTES + 4 * row, true)
    hashes[row] = hash
    idf[row] = view.getUint8(HEADER_BYTES + 4 * count + row) / IDF_STEPS
    for (let verdict = 0; verdict < VERDICTS.length; verdict++) {
      const at = HEADER_BYTES + 5 * count + verdict * count + row
      weights[row * VERDICTS.length + verdict] = view.getInt8(at) * scale
    }
  }
  return {
    rowOf: tableOf(hashes),
    idf,
    weights,
    calibration: { slope: view.getFloat32(8, true), offset: view.getFloat32(12, true) },
  }
}

/** The bytes that {@link loadModel} reads. Weights are rounded to 255 steps. */
export function encodeModel(hashes: Uint32Array, { idf, weights, calibration }: Omit<Model, 'rowOf'>): Buffer {
  const count = hashes.length
  const bytes = Buffer.alloc(HEADER_BYTES + count * (5 + VERDICTS.length))
  const scale = weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0) / 127
  bytes.writeFloatLE(count, 0)
  bytes.writeFloatLE(scale, 4)
  bytes.writeFloatLE(calibration.slope, 8)
  bytes.writeFloatLE(calibration.offset, 12)
  for (let row = 0; row < count; row++) {
    bytes.writeUInt32LE((hashes[row] ?? 0) - (hashes[row - 1] ?? 0), HEADER_BYTES + 4 * row)
    bytes.writeUInt8(Math.min(255, Math.round((idf[row] ?? 0) * IDF_STEPS)), HEADER_BYTES + 4 * count + row)
    for (let verdict = 0; verdict < VERDICTS.length; verdict++) {
      const weight = Math.round((weights[row * VERDICTS.length + verdict] ?? 0) / scale)
      bytes.writeInt8(weight, HEADER_BYTES + 5 * count + verdict * count + row)
    }
  }
  return bytes
}

/** A hash table with open addressing: a `Map` of 90,000 numbers takes three times as long to ask. */
export function tableOf(hashes: Uint32Array): (hash: number) => number {
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, hashes.length * 2)))
  const rows = new Int32Array(size).fill(-1)
  const mask = size - 1
  for (const [row, hash] of hashes.entries()) {
    let at = slotOf(hash, mask)
    while (rows[at] !== -1) at = (at + 1) & mask
    rows[at] = row
  }
  return (hash) => {
    for (let at = slotOf(hash, mask); ; at = (at + 1) & mask) {
      const row = rows[at] ?? -1
      if (row === -1 || hashes[row] === hash) return row
    }
  }
}

function slotOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 15)) & mask
}

/** The probabilities of the verdicts by softmax over `scores`, which it overwrites. */
export function softmax(scores: Float64Array): Float64Array {
  let largest = Number.NEGATIVE_INFINITY
  for (const score of scores) largest = Math.max(largest, score)
  let sum = 0
  for (let i = 0; i < scores.length; i++) sum += scores[i] = Math.exp((scores[i] ?? 0) - largest)
  for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] ?? 0) / sum
  return scores
}

/** Adds up what the features of a vector say for each verdict. */
export function scoresOf(weights: Float32Array, rows: Int32Array, values: Float32Array): Float64Array {
  const verdicts = VERDICTS.length
  const scores = new Float64Array(verdicts)
  for (let i = 0; i < rows.length; i++) {
    const base = (rows[i] as number) * verdicts
    const value = values[i] as number
    for (let k = 0; k < verdicts; k++) scores[k] = (scores[k] as number) + (weights[base + k] as number) * value
  }
  return scores
}
