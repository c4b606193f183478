import type { Fact, Finding } from '../findings/finding.ts'
import { mixed, wordHash } from '../reading/hash.ts'
import type { Word } from '../reading/note-words.ts'
import { type FeatureTable, UNKNOWN } from './feature-table.ts'
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
export const SHARES = { pair: 0.7, evidence: 0.5, shape: 0.3 } as const

/** Length of the vector of every note, chosen so that weights are near 1 and fit into bytes. */
const LENGTH = 2

/** Maximum number of words read; more do not improve the result. Bounds the time for a note of 20,000 characters. */
export const MAX_WORDS = 800

/** More than there are statements, facts and shapes. */
const MAX_WHOLE = 2048

/** The features of one note. The lists are reused: they are valid until the next note is read. */
export interface NoteFeatures {
  /** Number of words. */
  size: number
  /** The record of each word in `ofWords`. */
  records: Int32Array
  readonly ofWords: WordFeatures
  /** The row of each word with the word before it, and last that of the last word with the end of the note. */
  pairs: Int32Array
  /** All known rows: of pairs, then of findings and facts, then of shapes. The last two describe the whole note. */
  rows: Int32Array
  /** Of each finding the row of its statement, then those of its facts; also repetitions and `UNKNOWN`. */
  findingRows: Int32Array
  /** Where the rows of each kind end. */
  pairsEnd: number
  evidenceEnd: number
  shapesEnd: number
  /** Factor that scales the vector to its length. */
  scale: number
}

export interface FeatureReader {
  /** Reads the features of a note that the model knows. */
  read(note: string, words: readonly Word[], findings: readonly Finding[]): NoteFeatures
}

const KINDS = { evidence: wordHash('evidence'), shape: wordHash('shape') }
const START = mixed(OWN.pair, wordHash('^'))
const END = wordHash('$')

/** @param addWord keeps what the caller needs of the rows of a word, once for each record */
export function createFeatureReader(table: FeatureTable, addWord: AddWord): FeatureReader {
  const { rowOf, rowsOf, idfOf } = table
  const ofWords = createWordFeatures(table, addWord)
  const statementRow = perName((says: string) => rowOf(mixed(KINDS.evidence, wordHash(says))))
  const factRow = perName((fact: Fact) => rowOf(mixed(KINDS.evidence, wordHash(`fact ${fact}`))))
  const shapeRows = Int32Array.from(SHAPES, (name) => rowOf(mixed(KINDS.shape, wordHash(name))))

  let pairHashes = new Int32Array(1) // reused
  const features: NoteFeatures = {
    size: 0,
    records: new Int32Array(0),
    ofWords,
    pairs: new Int32Array(1),
    rows: new Int32Array(MAX_WHOLE),
    findingRows: new Int32Array(256),
    pairsEnd: 0,
    evidenceEnd: 0,
    shapesEnd: 0,
    scale: 0,
  }

  /** The square of the values of some of the rows. */
  function squareOf(first: number, end: number, share: number): number {
    const { rows } = features
    let sum = 0
    for (let i = first; i < end; i++) {
      const value = share * idfOf(rows[i] as number)
      sum += value * value
    }
    return sum
  }

  /** @returns the square of the values of words and pairs */
  function readWords(words: readonly Word[]): number {
    const size = Math.min(words.length, MAX_WORDS)
    if (size > features.records.length) {
      features.records = new Int32Array(2 * size)
      features.pairs = new Int32Array(2 * size + 1)
      pairHashes = new Int32Array(2 * size + 1)
      features.rows = new Int32Array(2 * size + 1 + MAX_WHOLE)
    }
    const { records, pairs, rows } = features
    let square = 0
    let before = START
    for (let i = 0; i < size; i++) {
      const { spelling, quoted } = words[i] as Word
      const record = ofWords.recordOf(spelling, quoted)
      records[i] = record
      pairHashes[i] = mixed(before, ofWords.asSecond(record))
      square += ofWords.squaresOf(record)
      before = ofWords.asFirst(record)
    }
    pairHashes[size] = mixed(before, END)
    if (size === 0) pairs[0] = UNKNOWN
    else rowsOf(pairHashes, size + 1, pairs)
    let known = 0
    for (let i = 0; i <= size; i++) {
      const pair = pairs[i] as number
      if (pair !== UNKNOWN) rows[known++] = pair
    }
    features.size = size
    features.pairsEnd = known
    return square + squareOf(0, known, SHARES.pair)
  }

  /** @returns the square of the values */
  function readWhole(note: string, words: readonly Word[], findings: readonly Finding[]): number {
    const { size, pairsEnd } = features
    features.evidenceEnd = pairsEnd
    let next = 0
    const add = (row: number): void => {
      if (next === features.findingRows.length) features.findingRows = doubled(features.findingRows)
      features.findingRows[next++] = row
      addEvidence(row)
    }
    for (let i = 0; i < findings.length; i++) {
      const { says, facts } = findings[i] as Finding
      add(statementRow(says))
      for (let j = 0; j < facts.length; j++) add(factRow(facts[j] as Fact))
    }
    const { rows, evidenceEnd } = features
    features.shapesEnd = evidenceEnd
    for (const shape of shapesOf(note, words, size)) {
      const row = shapeRows[shape] as number
      if (row !== UNKNOWN) rows[features.shapesEnd++] = row
    }
    return squareOf(pairsEnd, evidenceEnd, SHARES.evidence) + squareOf(evidenceEnd, features.shapesEnd, SHARES.shape)
  }

  /** Adds each statement and fact once, however often it was found. */
  function addEvidence(row: number): void {
    const { rows, pairsEnd, evidenceEnd } = features
    if (row === UNKNOWN) return
    for (let i = pairsEnd; i < evidenceEnd; i++) if (rows[i] === row) return
    rows[features.evidenceEnd++] = row
  }

  return {
    read(note, words, findings) {
      const square = readWords(words) + readWhole(note, words, findings) * Math.max(1, features.size)
      features.scale = square === 0 ? 0 : LENGTH / Math.sqrt(square)
      return features
    },
  }
}

function doubled(rows: Int32Array): Int32Array {
  const larger = new Int32Array(2 * rows.length)
  larger.set(rows)
  return larger
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
