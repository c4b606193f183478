import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { type FeatureTable, filterOf, UNKNOWN } from './feature-table.ts'
import { VERDICTS } from './verdict.ts'

/**
 * A linear model that `eval/learn/` trained on labelled notes: a weight for each feature and output. The first outputs are
 * the {@link VERDICTS}, the others the {@link LEARNED_TAGS}.
 */
export interface Model extends FeatureTable {
  /**
   * Row by row, a weight for each output, in units of `scale`; a row has {@link ROW_LENGTH} elements. The rows are the
   * entries of a hash table: memory access dominates the cost of a note, and a look-up with all that is needed of the
   * feature is one access. Rows without a feature are 0.
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
const IDF_STEPS = 16

/** The features of a model in the order of their hashes. */
export interface ModelFeatures {
  readonly hashes: Uint32Array
  /** In sixteenths. */
  readonly idf: Uint8Array
  /** Output by output, a weight for each feature, in units of `scale`. */
  readonly weights: Int8Array
  readonly scale: number
}

/** @throws Error when the file was trained for other outputs */
export function loadModel(file: URL): Model {
  const bytes = brotliDecompressSync(readFileSync(file))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = view.getFloat32(0, true)
  if (bytes.byteLength !== HEADER_BYTES + count * (5 + OUTPUTS)) {
    throw new Error(`${file.pathname} was trained for other outputs; train it again with "npm run learn"`)
  }
  const hashes = new Uint32Array(count)
  for (let i = 0, hash = 0; i < count; i++) {
    hash += view.getUint32(HEADER_BYTES + 4 * i, true)
    hashes[i] = hash
  }
  const idf = bytes.subarray(HEADER_BYTES + 4 * count, HEADER_BYTES + 5 * count)
  const weights = new Int8Array(bytes.buffer, bytes.byteOffset + HEADER_BYTES + 5 * count, OUTPUTS * count)
  const calibration = { slope: view.getFloat32(8, true), offset: view.getFloat32(12, true) }
  return createModel({ hashes, idf, weights, scale: view.getFloat32(4, true) }, calibration)
}

/** A power of two, so that no row crosses a cache line. */
export const ROW_LENGTH = 32
/** A row is also eight 32-bit integers. The last one follows the weights: the idf in the lower 8 bits, and 24 bits of the hash. */
const ROW_INTEGERS = ROW_LENGTH / 4
const LAST = ROW_INTEGERS - 1

export function createModel({ hashes, idf, weights, scale }: ModelFeatures, calibration: Model['calibration']): Model {
  const count = hashes.length
  const size = 2 ** Math.max(MIN_SIZE_BITS, Math.ceil(Math.log2(2 * count)))
  const rows = new Int8Array(size * ROW_LENGTH)
  const integers = new Int32Array(rows.buffer)
  for (let i = 0; i < count; i++) {
    let row = slotOf(hashes[i] as number, size)
    while (integers[row * ROW_INTEGERS + LAST] !== 0) row = (row + 1) & (size - 1)
    for (let k = 0; k < OUTPUTS; k++) rows[row * ROW_LENGTH + k] = weights[k * count + i] as number
    integers[row * ROW_INTEGERS + LAST] = checkOf(hashes[i] as number) | Math.max(1, idf[i] as number)
  }
  const mayHave = filterOf(hashes)
  const find = (hash: number): number => {
    const check = checkOf(hash)
    for (let row = slotOf(hash, size); ; row = (row + 1) & (size - 1)) {
      const last = integers[row * ROW_INTEGERS + LAST] as number
      if (last === 0) return UNKNOWN
      if (((last ^ check) & CHECK) === 0) return row
    }
  }
  const loaded = new Int32Array(1)
  let likely = new Int32Array(1024) // indexes of hashes; reused
  return {
    rowOf: (hash) => (mayHave(hash) === 0 ? UNKNOWN : find(hash)),
    // A processor that mispredicts a branch on a row waits for the memory each time. The second loop has no branch to
    // predict, so it loads the rows at the same time; the third finds them in the cache.
    rowsOf: (hashes, length, found) => {
      if (length > likely.length) likely = new Int32Array(2 * length)
      let count = 0
      for (let i = 0; i < length; i++) {
        found[i] = UNKNOWN
        likely[count] = i
        count += mayHave(hashes[i] as number)
      }
      let all = 0
      for (let i = 0; i < count; i++) {
        const hash = hashes[likely[i] as number] as number
        all |= integers[slotOf(hash, size) * ROW_INTEGERS + LAST] as number
      }
      loaded[0] = all // so that the compiler keeps the loop
      for (let i = 0; i < count; i++) found[likely[i] as number] = find(hashes[likely[i] as number] as number)
    },
    idfOf: (row) => (integers[row * ROW_INTEGERS + LAST] as number) & IDF,
    ...{ weights: rows, scale, calibration },
  }
}

const IDF = 0xff
const CHECK = ~IDF

function slotOf(hash: number, size: number): number {
  return (hash ^ (hash >>> 15)) & (size - 1)
}

/** With at least this many bits in a slot, {@link checkOf} and the slot have all bits of the hash. */
const MIN_SIZE_BITS = 18

/**
 * All bits of the mixed hash but bits 10 to 17. Features that differ in these alone belong to slots at least 1,024 apart,
 * where a search from the slot of another never ends, so they are not confused.
 */
function checkOf(hash: number): number {
  const mixed = hash ^ (hash >>> 15)
  return ((mixed & ~0x3ffff) | ((mixed & 0x3ff) << 8)) & CHECK
}

/** Encodes a model in the format that {@link loadModel} reads, before compression. */
export function encodeModel(
  { hashes, idf, weights, scale }: ModelFeatures,
  { slope, offset }: Model['calibration'],
): Buffer {
  const count = hashes.length
  const bytes = Buffer.alloc(HEADER_BYTES + count * (5 + OUTPUTS))
  for (const [i, number] of [count, scale, slope, offset].entries()) bytes.writeFloatLE(number, 4 * i)
  for (let i = 0; i < count; i++) {
    bytes.writeUInt32LE((hashes[i] ?? 0) - (hashes[i - 1] ?? 0), HEADER_BYTES + 4 * i)
  }
  bytes.set(idf, HEADER_BYTES + 4 * count)
  bytes.set(new Uint8Array(weights.buffer, weights.byteOffset, weights.length), HEADER_BYTES + 5 * count)
  return bytes
}

/** Rounds inverse document frequencies to sixteenths. */
export function quantizeIdf(exact: Float32Array): Uint8Array {
  return Uint8Array.from(exact, (idf) => Math.min(255, Math.round(idf * IDF_STEPS)))
}

/** Rounds weights to 255 steps. @param exact feature by feature, a weight for each output */
export function quantize(exact: Float32Array): Pick<ModelFeatures, 'weights' | 'scale'> {
  const scale = exact.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0) / 127
  const count = exact.length / OUTPUTS
  const weights = new Int8Array(exact.length)
  for (const [i, weight] of exact.entries()) {
    const output = i % OUTPUTS
    weights[output * count + (i - output) / OUTPUTS] = Math.round(weight / scale)
  }
  return { weights, scale }
}
