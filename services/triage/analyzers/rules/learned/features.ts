import type { Fact, Finding } from '../findings/finding.ts'
import type { Word } from '../reading/note-words.ts'
import { isDigit, perSpelling } from '../reading/spelling.ts'
import { mixed, withCode, wordHash } from './hash.ts'
import { SHAPES, shapesOf } from './shape.ts'

/*
 * The features of a note. A feature is a 32-bit hash of a kind and a text, so there is no dictionary; with 131,000
 * features in the model, an unknown text collides with one once in 33,000 times. Hashes are signed, so that the
 * JavaScript engine stores them as small integers. A model has a row for each feature it knows; unknown features are
 * skipped.
 *
 * The value of a feature is the share of its kind times its inverse document frequency, for each occurrence. Because it
 * does not depend on the rest of the note, the features of a word are read once for each spelling. The vector of a note
 * is then scaled to a fixed length.
 */

/** What the features of a kind weigh against those of other kinds. */
const SHARES = { word: 1, letters: 1.2, pair: 0.7, evidence: 0.5, shape: 0.3 } as const

/** Length of the vector of every note, chosen so that weights are near 1 and fit into bytes. */
const LENGTH = 2

/** Lengths of letter groups, which generalize over stems, endings and compounds to unknown words. */
const MIN_GROUP = 3
const MAX_GROUP = 5

/** The row of a feature that the model does not know. */
export const UNKNOWN = -1

/** Maximum number of words read; more do not improve the result. Bounds the time for a note of 20,000 characters. */
const MAX_WORDS = 800

/** The features that a model knows. */
export interface FeatureTable {
  /** The row of a feature; {@link UNKNOWN} when there is none. */
  rowOf(hash: number): number
  /** The inverse document frequency of each row, in any unit. */
  readonly idf: ArrayLike<number>
}

/** The features of a word by itself: its own row if the model knows it, else the rows of its letter groups. */
interface WordFeatures {
  readonly rows: Int32Array
  readonly values: Float32Array
  /** From index `at` on their values times the weights of the rows, by output. A word has either these or rows and values. */
  readonly sums: Float32Array
  readonly at: number
  /** Sum of the squares of the values. */
  readonly squares: number
  readonly isKnown: boolean
  /** Identify the word as the first and as the second of a pair. */
  readonly asFirst: number
  readonly asSecond: number
}

/** The features of one note. The lists are reused: they are valid until the next note is read. */
export interface NoteFeatures {
  /** Number of words. */
  size: number
  readonly words: WordFeatures[]
  /** The row of each word with the word before it, and last that of the last word with the end of the note. */
  pairs: Int32Array
  /** The rows of findings, facts and shapes, which describe the whole note. */
  readonly whole: number[]
  /** How many elements of `whole` are findings and facts; the others are shapes. */
  evidence: number
  /** The value of any row among the pairs, findings and shapes: the share of its kind times its idf. */
  shareOf(kind: 'pair' | 'evidence' | 'shape', row: number): number
  /** Factor that scales the vector to its length. */
  scale: number
}

export interface FeatureReader {
  /** Reads the features of a note that the model knows. */
  read(note: string, words: readonly Word[], findings: readonly Finding[]): NoteFeatures
  /** The row for the statement of a finding; `UNKNOWN` when there is none. */
  statementRow(says: string): number
  /** The row for a fact; `UNKNOWN` when there is none. */
  factRow(fact: Fact): number
}

const SPACE = 32
const KINDS = { evidence: wordHash('evidence'), shape: wordHash('shape') }
const OWN = kindsOf('own')
/** Text quoted in a reply, which the sender did not write. */
const QUOTED = kindsOf('quoted')

function kindsOf(author: string) {
  return {
    word: wordHash(`${author} word`),
    pair: wordHash(`${author} pair`),
    letters: wordHash(`${author} letters`),
  }
}

/** The words that replace numbers, by number of characters. */
const NUMBERS = Array.from({ length: 10 }, (_, length) => `#${length}`)
const START = mixed(OWN.pair, wordHash('^'))
const END = wordHash('$')

interface SumsOptions {
  /** Number of sums of a word. */
  readonly outputs: number
  /** Writes the sums of the first `size` rows times their values to `sums`, from index `at` on. */
  sumUp(rows: Int32Array, values: Float32Array, size: number, sums: Float32Array, at: number): void
}

/** Words whose sums share an array, since an array for each would take more memory than the sums. */
const WORDS_PER_CHUNK = 1024

/** @param options when given, words have sums instead of rows and values */
export function createFeatureReader({ rowOf, idf }: FeatureTable, options?: SumsOptions): FeatureReader {
  let chunk = new Float32Array(0)
  let used = 0
  const addSums = ({ outputs, sumUp }: SumsOptions, size: number): Pick<WordFeatures, 'sums' | 'at'> => {
    if (used === chunk.length) {
      chunk = new Float32Array(WORDS_PER_CHUNK * outputs)
      used = 0
    }
    const at = used
    sumUp(rows, values, size, chunk, at)
    used += outputs
    return { sums: chunk, at }
  }

  // reused for every word
  const rows = new Int32Array(MAX_GROUPS)
  const values = new Float32Array(MAX_GROUPS)

  const wordReader = (kinds: typeof OWN) => {
    const ofNumbers = NUMBERS.map((text) => readWord(text, kinds))
    return perSpelling(({ text }) =>
      isDigit(text.charCodeAt(0))
        ? (ofNumbers[Math.min(text.length, NUMBERS.length - 1)] as WordFeatures) // there is one for each length
        : readWord(text, kinds),
    )
  }

  function readWord(text: string, kinds: typeof OWN): WordFeatures {
    const hash = wordHash(text)
    const own = rowOf(mixed(kinds.word, hash))
    const isKnown = own !== UNKNOWN
    rows[0] = own
    const size = isKnown ? 1 : readGroups(kinds.letters, text, rowOf, rows)
    const share = isKnown ? SHARES.word : SHARES.letters / Math.sqrt(Math.max(1, size))
    let squares = 0
    for (let i = 0; i < size; i++) {
      const value = share * (idf[rows[i] as number] as number)
      values[i] = value
      squares += value * value
    }
    const { sums, at } = options === undefined ? NO_SUMS : addSums(options, size)
    return {
      rows: options === undefined ? rows.slice(0, size) : NO_ROWS,
      values: options === undefined ? values.slice(0, size) : NO_VALUES,
      sums,
      at,
      squares,
      isKnown,
      asFirst: mixed(kinds.pair, hash),
      asSecond: hash,
    }
  }

  const ownWord = wordReader(OWN)
  const quotedWord = wordReader(QUOTED)
  const statementRow = perName((says: string) => rowOf(mixed(KINDS.evidence, wordHash(says))))
  const factRow = perName((fact: Fact) => rowOf(mixed(KINDS.evidence, wordHash(`fact ${fact}`))))
  const shapeRows = Int32Array.from(SHAPES, (name) => rowOf(mixed(KINDS.shape, wordHash(name))))
  const shareOf: NoteFeatures['shareOf'] = (kind, row) => SHARES[kind] * (idf[row] as number)

  const features: NoteFeatures = {
    size: 0,
    words: [],
    pairs: new Int32Array(64),
    whole: [],
    evidence: 0,
    shareOf,
    scale: 0,
  }

  const squareOf = (kind: 'pair' | 'evidence' | 'shape', row: number): number => {
    if (row === UNKNOWN) return 0
    const value = SHARES[kind] * (idf[row] as number)
    return value * value
  }

  function readWords(words: readonly Word[]): number {
    const size = Math.min(words.length, MAX_WORDS)
    if (size >= features.pairs.length) features.pairs = new Int32Array(2 * size)
    const { pairs } = features
    features.size = size
    let squares = 0
    let before = START
    for (let i = 0; i < size; i++) {
      const { spelling, quoted } = words[i] as Word
      const word = quoted ? quotedWord(spelling) : ownWord(spelling)
      const pair = rowOf(mixed(before, word.asSecond))
      features.words[i] = word
      pairs[i] = pair
      squares += word.squares + squareOf('pair', pair)
      before = word.asFirst
    }
    const last = size === 0 ? UNKNOWN : rowOf(mixed(before, END))
    pairs[size] = last
    return squares + squareOf('pair', last)
  }

  function readWhole(note: string, words: readonly Word[], findings: readonly Finding[]): number {
    const { whole } = features
    whole.length = 0
    // each statement and fact once, however often it was found
    const addOnce = (row: number) => {
      if (row !== UNKNOWN && !whole.includes(row)) whole.push(row)
    }
    for (const { says, facts } of findings) {
      addOnce(statementRow(says))
      for (const fact of facts) addOnce(factRow(fact))
    }
    features.evidence = whole.length
    for (const shape of shapesOf(note, words, features.size)) {
      const row = shapeRows[shape] as number
      if (row !== UNKNOWN) whole.push(row)
    }
    let squares = 0
    for (let i = 0; i < whole.length; i++) {
      squares += squareOf(i < features.evidence ? 'evidence' : 'shape', whole[i] as number)
    }
    return squares
  }

  return {
    read(note, words, findings) {
      const ofWords = readWords(words)
      const ofWhole = readWhole(note, words, findings) * Math.max(1, features.size)
      features.scale = ofWords + ofWhole === 0 ? 0 : LENGTH / Math.sqrt(ofWords + ofWhole)
      return features
    },
    statementRow,
    factRow,
  }
}

const NO_ROWS = new Int32Array(0)
const NO_VALUES = new Float32Array(0)
const NO_SUMS = { sums: NO_VALUES, at: 0 }

/**
 * The factor for features that describe the whole note, so that their part of the vector does not shrink as the number of
 * words grows.
 */
export function wholeFactor({ size }: Pick<NoteFeatures, 'size'>): number {
  return Math.sqrt(Math.max(1, size))
}

/** More than a word of 48 letters has. */
const MAX_GROUPS = 256

/** Reads the known letter groups of a word into `rows`. @returns how many there are */
function readGroups(kind: number, text: string, rowOf: FeatureTable['rowOf'], rows: Int32Array): number {
  let size = 0
  const padded = text.length + 2
  for (let start = 0; start + MIN_GROUP <= padded; start++) {
    const longest = Math.min(MAX_GROUP, padded - start)
    let hash = kind
    for (let length = 1; length <= longest; length++) {
      const at = start + length - 2 // -1 is the space before the word
      hash = withCode(hash, at < 0 || at === text.length ? SPACE : text.charCodeAt(at))
      const row = length < MIN_GROUP ? UNKNOWN : rowOf(hash)
      if (row !== UNKNOWN && size < MAX_GROUPS) rows[size++] = row
    }
  }
  return size
}

/** Caches the rows of names, whose number is bounded by the vocabulary. */
function perName<Name extends string>(rowOfName: (name: Name) => number): (name: Name) => number {
  const rows = new Map<Name, number>()
  return (name) => {
    let row = rows.get(name)
    if (row === undefined) {
      row = rowOfName(name)
      rows.set(name, row)
    }
    return row
  }
}
