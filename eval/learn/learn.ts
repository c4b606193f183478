import { type Certainty, unknownShareOf } from '../../services/triage/analyzers/rules/learned/confidence.ts'
import {
  type FeatureTable,
  rowsBy,
  tableOf,
  UNKNOWN,
} from '../../services/triage/analyzers/rules/learned/feature-table.ts'
import {
  createModel,
  encodeModel,
  LEARNED_TAGS,
  type Model,
  OUTPUTS,
  quantize,
  quantizeIdf,
} from '../../services/triage/analyzers/rules/learned/model.ts'
import { createScorer, softmax } from '../../services/triage/analyzers/rules/learned/scores.ts'
import { createVectorReader, type Vector } from '../../services/triage/analyzers/rules/learned/vector.ts'
import { decide, VERDICTS, verdictIndex } from '../../services/triage/analyzers/rules/learned/verdict.ts'
import { readWords } from '../../services/triage/analyzers/rules/reading/note-words.ts'
import { type ReadNote, readNote } from '../../services/triage/analyzers/rules/reading/read-note.ts'
import { isDigit } from '../../services/triage/analyzers/rules/reading/spelling.ts'
import { mulberry32 } from '../bootstrap.ts'
import { receivedAtOf, type TrainingNote } from '../labelled-notes.ts'

/** A note as training input. Its words are read again when they are needed, since spellings are forgotten. */
export interface Example extends Pick<ReadNote, 'findings'> {
  readonly note: string
  /** Index in `VERDICTS`. */
  readonly verdict: number
  /** For each of the `LEARNED_TAGS`, 1 if the note has it, else 0. */
  readonly tags: Uint8Array
}

/** Words in fewer notes are read by their letters, like words that the model has never seen. */
const MIN_NOTES_OF_WORD = 5
/** Other features in fewer notes are noise. */
const MIN_NOTES = 2
/** Keeps the tables small, whose memory accesses dominate the time for a note; 160,000 features are no better. */
const MAX_FEATURES = 131_000
const EPOCHS = 20
/** Epochs of the first round, which only selects the features. */
const SELECTION_EPOCHS = 5
const RATE = 0.3
const DECAY = 1e-4
const SEED = 7
/** Tags with a smaller error are skipped: most notes have none, and learning that again costs half the time. */
const MIN_TAG_ERROR = 0.01

export interface Weights {
  readonly hashes: Uint32Array
  readonly idf: Float32Array
  /** Row by row, one for each output, before quantization. */
  readonly exact: Float32Array
}

/** Whether the rules have the verdict of a note. */
export function isLearned({ intent, priority }: TrainingNote): boolean {
  return verdictIndex(intent, priority) >= 0
}

export function toExample(labelled: TrainingNote): Example {
  const { note, intent, priority, tags } = labelled
  return {
    note,
    findings: readNote(note, receivedAtOf(labelled)).findings,
    verdict: verdictIndex(intent, priority),
    tags: Uint8Array.from(LEARNED_TAGS, (tag) => (tags?.includes(tag) ? 1 : 0)),
  }
}

/**
 * Learns the weights of a multinomial logistic regression for the verdicts, and of a logistic regression for each tag:
 * first over every frequent feature, then from scratch over those with the largest effect. The same examples give the
 * same weights.
 */
export function learnWeights(examples: readonly Example[]): Weights {
  const words = frequentWords(examples)
  const all = tabulate(examples, frequentHashes(examples, words))
  const kept = tabulate(examples, heaviestHashes(all, descend(all, SELECTION_EPOCHS), words))
  return { hashes: kept.hashes, idf: kept.idf, exact: descend(kept, EPOCHS) }
}

/** Returns the content of a model file, uncompressed. */
export function encode({ hashes, idf, exact }: Weights, calibration: Model['calibration']): Buffer {
  return encodeModel({ hashes, idf: quantizeIdf(idf), ...quantize(exact) }, calibration)
}

/** Returns a model for use in this process. */
export function toModel({ hashes, idf, exact }: Weights, calibration: Model['calibration']): Model {
  return createModel({ hashes, idf: quantizeIdf(idf), ...quantize(exact) }, calibration)
}

/** Returns the verdict on each example and how certain the model is of it. */
export function certaintiesOf(model: Model, examples: readonly Example[]): (Certainty & { verdict: number })[] {
  const { reader, score } = createScorer(model)
  return examples.map(({ note, findings }) => {
    const features = reader.read(note, readWords(note), findings)
    const probabilities = softmax(score(features, new Float64Array(OUTPUTS)), VERDICTS.length)
    const verdict = decide(probabilities)
    return { verdict, probability: probabilities[verdict] ?? 0, unknownShare: unknownShareOf(features) }
  })
}

/**
 * The words with rows of their own that occur twice or more, as they stand in notes but for upper case, the most frequent
 * first.
 */
export function knownWords(model: Model, examples: readonly Example[]): string[] {
  const { reader } = createScorer(model)
  const counts = new Map<string, number>()
  for (const { note, findings } of examples) {
    const words = readWords(note)
    const { ofWords, records, size } = reader.read(note, words, findings)
    for (const [i, { start, end, text, quoted }] of words.slice(0, size).entries()) {
      if (quoted || isDigit(text.charCodeAt(0)) || !ofWords.isKnown(records[i] as number)) continue
      const word = note.slice(start, end).toLowerCase()
      counts.set(word, (counts.get(word) ?? 0) + 1)
    }
  }
  return [...counts]
    .filter(([, count]) => count >= 2)
    .sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || (a < b ? -1 : 1))
    .map(([word]) => word)
}

interface Table {
  readonly hashes: Uint32Array
  readonly idf: Float32Array
  readonly vectors: readonly Vector[]
  readonly examples: readonly Example[]
}

function tabulate(examples: readonly Example[], hashes: Uint32Array): Table {
  const rowOf = tableOf(hashes)
  const notes = notesByRow(examples, rowOf)
  const idf = new Float32Array(hashes.length)
  for (const [row, count] of notes) idf[row] = Math.log((examples.length + 1) / (count + 1)) + 1
  const reader = createVectorReader({ rowOf, rowsOf: rowsBy(rowOf), idfOf: (row) => idf[row] as number })
  const vectors = examples.map((example) => reader.read(example.note, toReadNote(example)))
  return { hashes, idf, vectors, examples }
}

/** The number of notes that have each row. */
function notesByRow(examples: readonly Example[], rowOf: FeatureTable['rowOf']): Map<number, number> {
  const reader = createVectorReader({ rowOf, rowsOf: rowsBy(rowOf), idfOf: () => 0 })
  return countNotes(examples, (example) => reader.read(example.note, toReadNote(example)).rows)
}

function toReadNote({ note, findings }: Example): ReadNote {
  return { words: readWords(note), findings }
}

function countNotes(examples: readonly Example[], rowsOf: (example: Example) => Iterable<number>): Map<number, number> {
  const notes = new Map<number, number>()
  for (const example of examples) {
    for (const row of new Set(rowsOf(example))) notes.set(row, (notes.get(row) ?? 0) + 1)
  }
  return notes
}

/** The hashes of the words that get a row, and of those that are read by their letters. */
interface WordHashes {
  readonly frequent: ReadonlySet<number>
  readonly rare: ReadonlySet<number>
}

function frequentWords(examples: readonly Example[]): WordHashes {
  const rowOf = (hash: number) => hash
  const reader = createVectorReader({ rowOf, rowsOf: rowsBy(rowOf), idfOf: () => 0 })
  const notes = countNotes(examples, (example) => reader.wordRows(toReadNote(example)))
  const hashes = [...notes.keys()]
  const isFrequent = (hash: number) => (notes.get(hash) ?? 0) >= MIN_NOTES_OF_WORD
  return { frequent: new Set(hashes.filter(isFrequent)), rare: new Set(hashes.filter((hash) => !isFrequent(hash))) }
}

function frequentHashes(examples: readonly Example[], words: WordHashes): Uint32Array {
  const notes = notesByRow(examples, (hash) => (words.rare.has(hash) ? UNKNOWN : hash))
  return Uint32Array.from([...notes].filter(([, count]) => count >= MIN_NOTES).map(([hash]) => hash)).sort()
}

/** Selects the words, and the other features with the largest effect on verdicts: their weights times their idf. */
function heaviestHashes({ hashes, idf }: Table, weights: Float32Array, { frequent }: WordHashes): Uint32Array {
  const sizes = hashes.reduce<{ hash: number; size: number }[]>((all, hash, row) => {
    const own = weights.subarray(row * OUTPUTS, row * OUTPUTS + VERDICTS.length)
    const size = own.reduce((sum, weight) => sum + weight * weight, 0) * (idf[row] ?? 0) ** 2
    all.push({ hash, size: frequent.has(hash | 0) ? Number.POSITIVE_INFINITY : size })
    return all
  }, [])
  const kept = sizes.sort((a, b) => (a.size === b.size ? a.hash - b.hash : b.size - a.size)).slice(0, MAX_FEATURES)
  return Uint32Array.from(kept.map(({ hash }) => hash)).sort()
}

/** Stochastic gradient descent with Adagrad step sizes (Duchi 2011) and L2 decay of the weights that a note uses. */
function descend({ hashes, vectors, examples }: Table, epochs: number): Float32Array {
  const weights = new Float32Array(hashes.length * OUTPUTS)
  const squares = new Float32Array(weights.length).fill(0.1)
  const errors = new Float64Array(OUTPUTS)
  const active = new Int32Array(OUTPUTS)
  const random = mulberry32(SEED)
  const order = vectors.map((_, i) => i)
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random)
    for (const i of order) {
      const { rows, values } = vectors[i] as Table['vectors'][number] // the order holds the vectors' own indexes
      addScores(errors.fill(0), weights, rows, values)
      toErrors(errors, examples[i] as Example)
      let size = 0
      for (let k = 0; k < OUTPUTS; k++) {
        if (k < VERDICTS.length || Math.abs(errors[k] as number) >= MIN_TAG_ERROR) active[size++] = k
      }
      for (let j = 0; j < rows.length; j++) {
        const base = (rows[j] as number) * OUTPUTS
        const value = values[j] as number
        for (let n = 0; n < size; n++) {
          const k = active[n] as number
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

function addScores(scores: Float64Array, weights: Float32Array, rows: Int32Array, values: Float32Array): void {
  for (let i = 0; i < rows.length; i++) {
    const base = (rows[i] as number) * OUTPUTS
    const value = values[i] as number
    for (let k = 0; k < OUTPUTS; k++) scores[k] = (scores[k] as number) + (weights[base + k] as number) * value
  }
}

/** Converts scores to probabilities minus labels, in place. */
function toErrors(scores: Float64Array, { verdict, tags }: Example): void {
  softmax(scores, VERDICTS.length)
  scores[verdict] = (scores[verdict] as number) - 1
  for (const [i, tag] of tags.entries()) {
    const k = VERDICTS.length + i
    scores[k] = 1 / (1 + Math.exp(-(scores[k] as number))) - tag
  }
}

function shuffle(order: number[], random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[order[i], order[j]] = [order[j] as number, order[i] as number]
  }
}
