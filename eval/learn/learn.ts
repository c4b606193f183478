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
import type { LabelledNote } from '../labelled-notes.ts'

/** A note ready to be learned from. */
export interface Example {
  /** Of all its features; the rows are their hashes. */
  readonly groups: FeatureGroups
  /** Place among the verdicts. */
  readonly verdict: number
}

/** Features of fewer notes are chance. */
const LEAST_NOTES = 2
/** So many features are kept: with them the file stays under 1 MB. */
const MOST_FEATURES = 80_000
const EPOCHS = 15
/** Epochs of the first round, which only chooses the features. */
const CHOOSING_EPOCHS = 5
const RATE = 0.3
const DECAY = 2e-4
const SEED = 7

export interface Weights {
  readonly hashes: Uint32Array
  readonly idf: Float32Array
  /** Row by row, one for each verdict, not yet rounded. */
  readonly exact: Float32Array
}

const features = createFeatureReader((hash) => hash)

export function toExample({ note, intent, priority }: LabelledNote): Example {
  const { words, findings } = readNote(note)
  return { groups: features.read(note, words, findings), verdict: verdictIndex(intent, priority) }
}

/**
 * Learns the weights of a multinomial logistic regression: first over every feature that two notes share, then anew over
 * those that mattered. The same examples give the same weights.
 */
export function learnWeights(examples: readonly Example[]): Weights {
  const all = tabulate(examples, frequentHashes(examples))
  const chosen = heaviestHashes(all, descend(all, CHOOSING_EPOCHS))
  const kept = tabulate(examples, chosen)
  return { hashes: kept.hashes, idf: kept.idf, exact: descend(kept, EPOCHS) }
}

/** The bytes of a model file. */
export function encode({ hashes, idf, exact }: Weights, calibration: Model['calibration']): Buffer {
  return encodeModel(hashes, { idf: quantizeIdf(idf), ...quantize(exact), calibration })
}

/** A model that is used without being written. */
export function toModel({ hashes, idf, exact }: Weights, calibration: Model['calibration']): Model {
  return { rowOf: tableOf(hashes), idf: quantizeIdf(idf), ...quantize(exact), calibration }
}

/** The probabilities that a model gives the verdicts of each example. */
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
  return Uint32Array.from([...notes].filter(([, count]) => count >= LEAST_NOTES).map(([hash]) => hash)).sort()
}

/** What a feature does to a note's scores is its weights times its idf. */
function heaviestHashes({ hashes, idf }: Table, weights: Float32Array): Uint32Array {
  const sizes = hashes.reduce<{ hash: number; size: number }[]>((all, hash, row) => {
    const own = weights.subarray(row * VERDICTS.length, (row + 1) * VERDICTS.length)
    const size = own.reduce((sum, weight) => sum + weight * weight, 0) * (idf[row] ?? 0) ** 2
    all.push({ hash, size })
    return all
  }, [])
  const kept = sizes.sort((a, b) => b.size - a.size || a.hash - b.hash).slice(0, MOST_FEATURES)
  return Uint32Array.from(kept.map(({ hash }) => hash)).sort()
}

/** Stochastic gradient descent with Adagrad's step sizes (Duchi 2011) and L2 decay of the weights that a note touches. */
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
