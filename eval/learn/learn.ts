import {
  createFeatureReader,
  type FeatureGroups,
  knownOf,
} from '../../services/triage/analyzers/rules/learned/features.ts'
import {
  encodeModel,
  type Model,
  quantize,
  quantizeIdf,
  scoresOf,
  softmax,
  tableOf,
} from '../../services/triage/analyzers/rules/learned/model.ts'
import { createVectorizer, keep, type Vector } from '../../services/triage/analyzers/rules/learned/vector.ts'
import { VERDICTS, verdictIndex } from '../../services/triage/analyzers/rules/learned/verdict.ts'
import { readNote } from '../../services/triage/analyzers/rules/read-note.ts'
import { mulberry32 } from '../bootstrap.ts'
import { receivedAtOf, type TrainingNote } from '../labelled-notes.ts'

/** A note as training input. */
export interface Example {
  /** All features of the note; the rows are feature hashes. */
  readonly groups: FeatureGroups
  /** Index in `VERDICTS`. */
  readonly verdict: number
}

/** Features in fewer notes are noise. */
const MIN_NOTES = 2
/** Keeps the model file under 2 MB; with 240,000 the cross-validated figures are no better. */
const MAX_FEATURES = 160_000
const EPOCHS = 20
/** Epochs of the first round, which only selects the features. */
const SELECTION_EPOCHS = 5
const RATE = 0.3
const DECAY = 1e-4
const SEED = 7

export interface Weights {
  readonly hashes: Uint32Array
  readonly idf: Float32Array
  /** Row by row, one for each verdict, before quantization. */
  readonly exact: Float32Array
}

const features = createFeatureReader((hash) => hash)

export function toExample(labelled: TrainingNote): Example {
  const { note, intent, priority } = labelled
  const { words, findings } = readNote(note, receivedAtOf(labelled))
  return { groups: features.read(note, words, findings), verdict: verdictIndex(intent, priority) }
}

/**
 * Learns the weights of a multinomial logistic regression: first over every feature that two notes share, then from
 * scratch over those with the largest effect. The same examples give the same weights.
 */
export function learnWeights(examples: readonly Example[]): Weights {
  const all = tabulate(examples, frequentHashes(examples))
  const kept = tabulate(examples, heaviestHashes(all, descend(all, SELECTION_EPOCHS)))
  return { hashes: kept.hashes, idf: kept.idf, exact: descend(kept, EPOCHS) }
}

/** Returns the content of a model file, uncompressed. */
export function encode({ hashes, idf, exact }: Weights, calibration: Model['calibration']): Buffer {
  return encodeModel(hashes, { idf: quantizeIdf(idf), ...quantize(exact), calibration })
}

/** Returns a model for use in this process. */
export function toModel({ hashes, idf, exact }: Weights, calibration: Model['calibration']): Model {
  return { rowOf: tableOf(hashes), idf: quantizeIdf(idf), ...quantize(exact), calibration }
}

/** Returns the probability of each verdict, for each example. */
export function probabilitiesOf(model: Model, examples: readonly Example[]): Float64Array[] {
  const toVector = createVectorizer(model.idf)
  return examples.map(({ groups }) => softmax(scoresOf(model, toVector(knownOf(groups, model.rowOf)))))
}

interface Table {
  readonly hashes: Uint32Array
  readonly idf: Float32Array
  readonly vectors: readonly Vector[]
  readonly verdicts: readonly number[]
}

function tabulate(examples: readonly Example[], hashes: Uint32Array): Table {
  const rowOf = tableOf(hashes)
  const known = examples.map(({ groups }) => knownOf(groups, rowOf))
  const notes = new Float32Array(hashes.length)
  for (const groups of known) for (const row of new Set(rowsOf(groups))) notes[row] = (notes[row] ?? 0) + 1
  const idf = notes.map((count) => Math.log((examples.length + 1) / (count + 1)) + 1)
  const toVector = createVectorizer(idf)
  const vectors = known.map((groups) => keep(toVector(groups)))
  return { hashes, idf, vectors, verdicts: examples.map(({ verdict }) => verdict) }
}

function rowsOf(groups: FeatureGroups): number[] {
  return Object.values(groups).flatMap(({ rows, size }) => [...rows.subarray(0, size)])
}

function frequentHashes(examples: readonly Example[]): Uint32Array {
  const notes = new Map<number, number>()
  for (const { groups } of examples) {
    for (const hash of new Set(rowsOf(groups))) notes.set(hash, (notes.get(hash) ?? 0) + 1)
  }
  return Uint32Array.from([...notes].filter(([, count]) => count >= MIN_NOTES).map(([hash]) => hash)).sort()
}

/** Selects the features with the largest effect on scores: their weights times their idf. */
function heaviestHashes({ hashes, idf }: Table, weights: Float32Array): Uint32Array {
  const sizes = hashes.reduce<{ hash: number; size: number }[]>((all, hash, row) => {
    const own = weights.subarray(row * VERDICTS.length, (row + 1) * VERDICTS.length)
    const size = own.reduce((sum, weight) => sum + weight * weight, 0) * (idf[row] ?? 0) ** 2
    all.push({ hash, size })
    return all
  }, [])
  const kept = sizes.sort((a, b) => b.size - a.size || a.hash - b.hash).slice(0, MAX_FEATURES)
  return Uint32Array.from(kept.map(({ hash }) => hash)).sort()
}

/** Stochastic gradient descent with Adagrad step sizes (Duchi 2011) and L2 decay of the weights that a note uses. */
function descend({ hashes, vectors, verdicts }: Table, epochs: number): Float32Array {
  const width = VERDICTS.length
  const weights = new Float32Array(hashes.length * width)
  const squares = new Float32Array(weights.length).fill(0.1)
  const random = mulberry32(SEED)
  const order = vectors.map((_, i) => i)
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random)
    for (const i of order) {
      const { rows, values } = vectors[i] as Vector // the order holds the vectors' own indexes
      const errors = softmax(exactScores(weights, rows, values))
      const right = verdicts[i] as number
      errors[right] = (errors[right] as number) - 1
      for (let j = 0; j < rows.length; j++) {
        const base = (rows[j] as number) * width
        const value = values[j] as number
        for (let k = 0; k < width; k++) {
          const at = base + k
          const gradient = (errors[k] as number) * value + DECAY * (weights[at] as number)
          squares[at] = (squares[at] as number) + gradient * gradient
          weights[at] = (weights[at] as number) - (RATE * gradient) / Math.sqrt(squares[at] as number)
        }
      }
    }
  }
  return weights
}

function exactScores(weights: Float32Array, rows: Int32Array, values: Float32Array): Float64Array {
  const scores = new Float64Array(VERDICTS.length)
  for (let i = 0; i < rows.length; i++) {
    const base = (rows[i] as number) * scores.length
    const value = values[i] as number
    for (let k = 0; k < scores.length; k++) scores[k] = (scores[k] as number) + (weights[base + k] as number) * value
  }
  return scores
}

function shuffle(order: number[], random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[order[i], order[j]] = [order[j] as number, order[i] as number]
  }
}
