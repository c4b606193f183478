import { mixed, withCode, wordHash } from '../reading/hash.ts'
import { isDigit, MAX_SPELLINGS, onForget, type Spelling, textHashOf, textOf } from '../reading/spelling.ts'
import { type FeatureTable, UNKNOWN } from './feature-table.ts'

/*
 * The features of single words. They depend only on the spelling, so they are read once for each and kept: the
 * properties of a word are found by the number of its record.
 */

/** What a word weighs against other kinds of features, by its own row or by its letters. */
const WORD_SHARE = 1
const LETTERS_SHARE = 1.2

/** Lengths of letter groups, which generalize over stems, endings and compounds to unknown words. */
const MIN_GROUP = 3
const MAX_GROUP = 5
/** More than a word of 48 letters has. */
const MAX_GROUPS = 256

/** Spellings in the sender's text have the first records; the same in quoted text follow. */
export const RECORDS = 2 * MAX_SPELLINGS

/** The integers of a record, of which four share a cache line. */
const RECORD_LENGTH = 4
const [STATE, SQUARES, AS_FIRST, AS_SECOND] = [0, 1, 2, 3]
const [NOT_READ, BY_WORD, BY_LETTERS] = [0, 1, 2]

const SPACE = 32

/** The words that replace numbers, by number of characters. */
const NUMBERS = Array.from({ length: 10 }, (_, length) => `#${length}`)

/** The kinds of features of one author's words. */
export interface WordKinds {
  readonly word: number
  readonly pair: number
  readonly letters: number
}

function kindsOf(author: string): WordKinds {
  return { word: wordHash(`${author} word`), pair: wordHash(`${author} pair`), letters: wordHash(`${author} letters`) }
}

export const OWN = kindsOf('own')
/** Text quoted in a reply, which the sender did not write. */
const QUOTED = kindsOf('quoted')

/**
 * Called with the first `size` of `rows`: the word's own if the model knows it, else those of its letter groups. The value
 * of each is its idf times `share`.
 */
export type AddWord = (record: number, rows: Int32Array, size: number, share: number) => void

/** The features of words, by record. */
export interface WordFeatures {
  /** The record of a word, which is read when it is new. Valid as long as the spelling. */
  recordOf(spelling: Spelling, quoted: boolean): number
  /** Whether the model has a row for the word. */
  isKnown(record: number): boolean
  /** Sum of the squares of the values. */
  squaresOf(record: number): number
  /** Identifies the word as the first of a pair. */
  asFirst(record: number): number
  /** Identifies the word as the second of a pair. */
  asSecond(record: number): number
}

/** @param add keeps what it needs of the rows, which are reused */
export function createWordFeatures({ rowOf, rowsOf, idfOf }: FeatureTable, add: AddWord): WordFeatures {
  const records = new Int32Array(RECORDS * RECORD_LENGTH)
  const floats = new Float32Array(records.buffer)
  onForget((first, end) => {
    records.fill(NOT_READ, first * RECORD_LENGTH, end * RECORD_LENGTH)
    records.fill(NOT_READ, (MAX_SPELLINGS + first) * RECORD_LENGTH, (MAX_SPELLINGS + end) * RECORD_LENGTH)
  })
  // reused for every word
  const rows = new Int32Array(MAX_GROUPS)
  const groups = new Int32Array(MAX_GROUPS)

  function read(record: number, text: string, hash: number, kinds: WordKinds): void {
    const own = rowOf(mixed(kinds.word, hash))
    const isKnown = own !== UNKNOWN
    rows[0] = own
    const size = isKnown ? 1 : readLetters(kinds.letters, text)
    const share = isKnown ? WORD_SHARE : LETTERS_SHARE / Math.sqrt(Math.max(1, size))
    let sum = 0
    for (let i = 0; i < size; i++) {
      const value = share * idfOf(rows[i] as number)
      sum += value * value
    }
    add(record, rows, size, share)
    const at = record * RECORD_LENGTH
    records[at + STATE] = isKnown ? BY_WORD : BY_LETTERS
    floats[at + SQUARES] = sum
    records[at + AS_FIRST] = mixed(kinds.pair, hash)
    records[at + AS_SECOND] = hash
  }

  /** Reads the rows of the letter groups that the model knows. @returns how many there are */
  function readLetters(kind: number, text: string): number {
    const size = readGroups(kind, text, groups)
    rowsOf(groups, size, rows)
    let known = 0
    for (let i = 0; i < size; i++) {
      const row = rows[i] as number
      rows[known] = row
      if (row !== UNKNOWN) known++
    }
    return known
  }

  function readSpelling(record: number, spelling: Spelling, kinds: WordKinds): void {
    const text = textOf(spelling)
    if (isDigit(text.charCodeAt(0))) {
      const word = NUMBERS[Math.min(text.length, NUMBERS.length - 1)] as string
      read(record, word, wordHash(word), kinds)
    } else read(record, text, textHashOf(spelling), kinds)
  }

  return {
    recordOf(spelling, quoted) {
      const record = quoted ? MAX_SPELLINGS + spelling : spelling
      if (records[record * RECORD_LENGTH + STATE] === NOT_READ) readSpelling(record, spelling, quoted ? QUOTED : OWN)
      return record
    },
    isKnown: (record) => records[record * RECORD_LENGTH + STATE] === BY_WORD,
    squaresOf: (record) => floats[record * RECORD_LENGTH + SQUARES] as number,
    asFirst: (record) => records[record * RECORD_LENGTH + AS_FIRST] as number,
    asSecond: (record) => records[record * RECORD_LENGTH + AS_SECOND] as number,
  }
}

/** Reads the hashes of the letter groups of a word. @returns how many there are */
function readGroups(kind: number, text: string, groups: Int32Array): number {
  let size = 0
  const padded = text.length + 2
  for (let start = 0; start + MIN_GROUP <= padded; start++) {
    const longest = Math.min(MAX_GROUP, padded - start)
    let hash = kind
    for (let length = 1; length <= longest; length++) {
      const at = start + length - 2 // -1 is the space before the word
      hash = withCode(hash, at < 0 || at === text.length ? SPACE : text.charCodeAt(at))
      if (length >= MIN_GROUP && size < MAX_GROUPS) groups[size++] = hash
    }
  }
  return size
}
