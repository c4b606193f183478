import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { type FeatureTable, tableOf } from './feature-table.ts'
import { VERDICTS } from './verdict.ts'

/**
 * A linear model that `eval/learn/` trained on labelled notes: a weight for each feature and output. The first outputs are
 * the {@link VERDICTS}, the others the {@link LEARNED_TAGS}.
 */
export interface Model extends FeatureTable {
  /** In sixteenths. */
  readonly idf: Uint8Array
  /**
   * Row by row, a weight for each output, in units of `scale`; a row has {@link ROW_LENGTH} elements. Memory access
   * dominates the cost of a note; as bytes 131,000 rows take 4 MB instead of 16.
   */
  readonly weights: Int8Array
  readonly scale: number
  /** Confidence is the logistic function of `slope · log-odds + offset`, with the log-odds of the raw probability. */
  readonly calibration: { readonly slope: number; readonly offset: number }
}

/** Tags that the model learned from labelled notes. The others in docs/triage.md follow from the verdict. */
export const LEARNED_TAGS = [
  'enterprise',
  'pricing',
  'demo',
  'trial',
  'renewal',
  'churn-risk',
  'outage',
  'security',
  'billing',
  'legal',
  'press',
  'partner',
  'injection',
  'test',
] as const
export type LearnedTag = (typeof LEARNED_TAGS)[number]

/** Number of outputs of the model. */
export const OUTPUTS = VERDICTS.length + LEARNED_TAGS.length

/*
 * The file: brotli over a header of four 32-bit floats (features, scale of the weights, slope, offset), the sorted
 * hashes as differences of 32 bits each, an idf byte for each feature in sixteenths, and its weights as signed bytes,
 * output by output. Numbers are little-endian.
 */
const HEADER_BYTES = 16
/** A power of two, so that no row crosses a cache line. */
export const ROW_LENGTH = 32
const IDF_STEPS = 16

/** @throws Error when the file was trained for other outputs */
export function loadModel(file: URL): Model {
  const bytes = brotliDecompressSync(readFileSync(file))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = view.getFloat32(0, true)
  if (bytes.byteLength !== HEADER_BYTES + count * (5 + OUTPUTS)) {
    throw new Error(`${file.pathname} was trained for other outputs; train it again with "npm run learn"`)
  }
  const scale = view.getFloat32(4, true)
  const hashes = new Uint32Array(count)
  const idf = Uint8Array.from(bytes.subarray(HEADER_BYTES + 4 * count, HEADER_BYTES + 5 * count))
  const weights = new Int8Array(count * ROW_LENGTH)
  for (let row = 0, hash = 0; row < count; row++) {
    hash += view.getUint32(HEADER_BYTES + 4 * row, true)
    hashes[row] = hash
    for (let output = 0; output < OUTPUTS; output++) {
      weights[row * ROW_LENGTH + output] = view.getInt8(HEADER_BYTES + 5 * count + output * count + row)
    }
  }
  const calibration = { slope: view.getFloat32(8, true), offset: view.getFloat32(12, true) }
  return { rowOf: tableOf(hashes), idf, weights, scale, calibration }
}

/** Encodes a model in the format that {@link loadModel} reads, before compression. */
export function encodeModel(hashes: Uint32Array, { idf, weights, scale, calibration }: Omit<Model, 'rowOf'>): Buffer {
  const count = hashes.length
  const bytes = Buffer.alloc(HEADER_BYTES + count * (5 + OUTPUTS))
  bytes.writeFloatLE(count, 0)
  bytes.writeFloatLE(scale, 4)
  bytes.writeFloatLE(calibration.slope, 8)
  bytes.writeFloatLE(calibration.offset, 12)
  for (let row = 0; row < count; row++) {
    bytes.writeUInt32LE((hashes[row] ?? 0) - (hashes[row - 1] ?? 0), HEADER_BYTES + 4 * row)
    bytes.writeUInt8(idf[row] ?? 0, HEADER_BYTES + 4 * count + row)
    for (let output = 0; output < OUTPUTS; output++) {
      bytes.writeInt8(weights[row * ROW_LENGTH + output] ?? 0, HEADER_BYTES + 5 * count + output * count + row)
    }
  }
  return bytes
}

/** Rounds inverse document frequencies to sixteenths. */
export function quantizeIdf(exact: Float32Array): Uint8Array {
  return Uint8Array.from(exact, (idf) => Math.min(255, Math.round(idf * IDF_STEPS)))
}

/** Rounds weights to 255 steps. @param exact row by row, a weight for each output, without padding */
export function quantize(exact: Float32Array): Pick<Model, 'weights' | 'scale'> {
  const scale = exact.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0) / 127
  const weights = new Int8Array((exact.length / OUTPUTS) * ROW_LENGTH)
  for (const [i, weight] of exact.entries()) {
    const output = i % OUTPUTS
    weights[((i - output) / OUTPUTS) * ROW_LENGTH + output] = Math.round(weight / scale)
  }
  return { weights, scale }
}
