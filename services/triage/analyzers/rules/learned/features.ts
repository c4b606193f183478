import type { Fact, Finding } from '../findings/finding.ts'
import type { Word } from '../reading/note-words.ts'
import { type FeatureTable, UNKNOWN } from './feature-table.ts'
import { mixed, wordHash } from './hash.ts'
import { SHAPES, shapesOf } from './shape.ts'
import { type AddWord, createWordFeatures, OWN, type WordFeatures } from './word-features.ts'

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

/** What the features of a kind weigh against those of other kinds; for words see `word-features.ts`. */
const SHARES = { pair: 0.7, evidence: 0.5, shape: 0.3 } as const

/** Length of the vector of every note, chosen so that weights are near 1 and fit into bytes. */
const LENGTH = 2

/** Maximum number of words read; more do not improve the result. Bounds the time for a note of 20,000 characters. */
const MAX_WORDS = 800

/** The features of one note. The lists are reused: they are valid until the next note is read. */
export interface NoteFeatures {
  /** Number of words. */
  size: number
  /** The record of each word in `ofWords`. */
  records: Int32Array
  readonly ofWords: WordFeatures
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

const KINDS = { evidence: wordHash('evidence'), shape: wordHash('shape') }
const START = mixed(OWN.pair, wordHash('^'))
const END = wordHash('$')

/** @param addWord keeps what the caller needs of the rows of a word, once for each record */
export function createFeatureReader(table: FeatureTable, addWord: AddWord): FeatureReader {
  const { rowOf, idf } = table
  const ofWords = createWordFeatures(table, addWord)
  const { squares, asFirst, asSecond } = ofWords
  const statementRow = perName((says: string) => rowOf(mixed(KINDS.evidence, wordHash(says))))
  const factRow = perName((fact: Fact) => rowOf(mixed(KINDS.evidence, wordHash(`fact ${fact}`))))
  const shapeRows = Int32Array.from(SHAPES, (name) => rowOf(mixed(KINDS.shape, wordHash(name))))
  const shareOf: NoteFeatures['shareOf'] = (kind, row) => SHARES[kind] * (idf[row] as number)

  const features: NoteFeatures = {
    size: 0,
    records: new Int32Array(0),
    ofWords,
    pairs: new Int32Array(1),
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
    if (size > features.records.length) {
      features.records = new Int32Array(2 * size)
      features.pairs = new Int32Array(2 * size + 1)
    }
    const { records, pairs } = features
    features.size = size
    let sum = 0
    let before = START
    for (let i = 0; i < size; i++) {
      const { spelling, quoted } = words[i] as Word
      const record = ofWords.recordOf(spelling, quoted)
      const pair = rowOf(mixed(before, asSecond[record] as number))
      records[i] = record
      pairs[i] = pair
      sum += (squares[record] as number) + squareOf('pair', pair)
      before = asFirst[record] as number
    }
    const last = size === 0 ? UNKNOWN : rowOf(mixed(before, END))
    pairs[size] = last
    return sum + squareOf('pair', last)
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
      const square = readWords(words) + readWhole(note, words, findings) * Math.max(1, features.size)
      features.scale = square === 0 ? 0 : LENGTH / Math.sqrt(square)
      return features
    },
    statementRow,
    factRow,
  }
}

/**
 * The factor for features that describe the whole note, so that their part of the vector does not shrink as the number of
 * words grows.
 */
export function wholeFactor({ size }: Pick<NoteFeatures, 'size'>): number {
  return Math.sqrt(Math.max(1, size))
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
