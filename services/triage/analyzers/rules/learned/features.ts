import type { Fact, Finding } from '../finding.ts'
import type { Word } from '../note-words.ts'
import { isDigit, perSpelling, type Spelling, spellingOf } from '../spelling.ts'

/*
 * The features of a note. A feature is a 32-bit hash (FNV-1a) of a kind and a text, so there is no dictionary; with
 * 160,000 features in the model, an unknown text collides with one once in 27,000 times. Hashes are signed, so that the
 * JavaScript engine stores them as small integers. A model has a row for each feature it knows; unknown features are
 * skipped.
 */

/**
 * The occurrences of known features of one kind. Each kind is normalized separately, so that a thousand character
 * n-grams do not outweigh ten words. A note has hundreds of occurrences, so they are stored in three arrays that are
 * reused for every note instead of in objects. Elements from `size` on are left over from earlier notes.
 */
interface FeatureGroup {
  /** The length of the group's vector after normalization, which weighs the kinds against each other. */
  readonly share: number
  size: number
  rows: Int32Array
  /** The first and the last word of an occurrence; -1 if it describes the whole note. */
  firsts: Int32Array
  lasts: Int32Array
}

/** The groups of a note. */
export interface FeatureGroups {
  readonly words: FeatureGroup
  readonly pairs: FeatureGroup
  readonly letters: FeatureGroup
  readonly evidence: FeatureGroup
  readonly shape: FeatureGroup
}

const SHARES = { words: 1, pairs: 0.7, letters: 1.2, evidence: 0.5, shape: 0.3 } as const

/** Lengths of character n-grams, which generalize over stems, endings and compounds to unknown words. */
const MIN_NGRAM = 3
const MAX_NGRAM = 6

/** Number of characters from the end of a word and the start of the next in a feature across both. */
const ACROSS = 4

/** The row of a feature that the model does not know. */
const UNKNOWN = -1

/** Maximum number of words read; more do not improve the result. Bounds the time for a note of 20,000 characters. */
const MAX_WORDS = 800

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
const SPACE = 32
const OWN = seedsOf('own')
/** Text quoted in a reply, which the sender did not write. */
const QUOTED = seedsOf('quoted')
/** The spellings that replace numbers, by number of characters. */
const NUMBERS = Array.from({ length: 10 }, (_, length) => spellingOf(`#${length}`))

export function createFeatureGroups(): FeatureGroups {
  const [words, pairs, letters] = [SHARES.words, SHARES.pairs, SHARES.letters].map(createGroup)
  const [evidence, shape] = [SHARES.evidence, SHARES.shape].map(createGroup)
  return { words, pairs, letters, evidence, shape } as FeatureGroups // map() returns as many groups as shares
}

export interface FeatureReader {
  /**
   * Reads the known features of a note from its words and its findings.
   *
   * @param groups overwritten and returned; new ones by default
   */
  read(note: string, words: readonly Word[], findings: readonly Finding[], groups?: FeatureGroups): FeatureGroups
  /** The row for the statement of a finding or a {@link factName}; `UNKNOWN` when there is none. */
  evidenceRow(says: string): number
}

/** @param rowOf returns the row for the hash of a feature, `UNKNOWN` when the model does not know it */
export function createFeatureReader(rowOf: (hash: number) => number): FeatureReader {
  const ownRows = perSpelling(({ text }) => wordRows(OWN, text, rowOf))
  const quotedRows = perSpelling(({ text }) => wordRows(QUOTED, text, rowOf))
  const evidenceRow = perName((name) => rowOf(hashOf('own', 'evidence', name)))
  const shapeRow = perName((name) => rowOf(hashOf('own', 'shape', name)))

  const readWordFeatures = (words: readonly Word[], groups: FeatureGroups): void => {
    let before: string | undefined
    for (let i = 0; i < words.length; i++) {
      const { spelling: spelled, quoted } = words[i] as Word
      const spelling = isDigit(spelled.text.charCodeAt(0)) ? numberSpelling(spelled.text) : spelled
      const { text } = spelling
      const seeds = quoted ? QUOTED : OWN
      const { word, letters } = quoted ? quotedRows(spelling) : ownRows(spelling)
      add(groups.words, word, i, i)
      for (const row of letters) add(groups.letters, row, i, i)
      const pair = terminated(addText(addCode(addText(seeds.pair, before ?? '^'), SPACE), text))
      add(groups.pairs, rowOf(pair), Math.max(0, i - 1), i)
      if (i === words.length - 1) add(groups.pairs, rowOf(terminated(addText(seeds.pair, `${text} $`))), i, i)
      if (before !== undefined) {
        const ending = addText(seeds.across, before, Math.max(0, before.length - ACROSS))
        add(groups.letters, rowOf(terminated(addText(addCode(ending, SPACE), text, 0, ACROSS))), i - 1, i)
      }
      before = text
    }
  }

  return {
    read: (note, allWords, findings, groups = createFeatureGroups()) => {
      const words = allWords.length > MAX_WORDS ? allWords.slice(0, MAX_WORDS) : allWords
      for (const group of Object.values(groups)) group.size = 0
      readWordFeatures(words, groups)
      for (const name of evidenceNames(findings)) add(groups.evidence, evidenceRow(name), -1, -1)
      for (const name of shapeNames(note, words)) add(groups.shape, shapeRow(name), -1, -1)
      return groups
    },
    evidenceRow,
  }
}

/** Converts groups whose rows are hashes: keeps the features that a model knows, with its rows. */
export function knownOf(groups: FeatureGroups, rowOf: (hash: number) => number): FeatureGroups {
  const known = createFeatureGroups()
  for (const name of Object.keys(groups) as (keyof FeatureGroups)[]) {
    const { size, rows, firsts, lasts } = groups[name]
    for (let i = 0; i < size; i++) {
      add(known[name], rowOf(rows[i] as number), firsts[i] as number, lasts[i] as number)
    }
  }
  return known
}

function createGroup(share: number): FeatureGroup {
  const capacity = 64
  return {
    share,
    size: 0,
    rows: new Int32Array(capacity),
    firsts: new Int32Array(capacity),
    lasts: new Int32Array(capacity),
  }
}

function add(group: FeatureGroup, row: number, first: number, last: number): void {
  if (row === UNKNOWN) return
  const at = group.size++
  if (at === group.rows.length) enlarge(group)
  group.rows[at] = row
  group.firsts[at] = first
  group.lasts[at] = last
}

function enlarge(group: FeatureGroup): void {
  for (const list of ['rows', 'firsts', 'lasts'] as const) {
    const larger = new Int32Array(group[list].length * 2)
    larger.set(group[list])
    group[list] = larger
  }
}

/** The rows of the known features of a single word. */
interface WordRows {
  readonly word: number
  readonly letters: readonly number[]
}

function wordRows(seeds: typeof OWN, text: string, rowOf: (hash: number) => number): WordRows {
  const letters: number[] = []
  forEachNgram(seeds.letters, text, (hash) => {
    const row = rowOf(hash)
    if (row !== UNKNOWN) letters.push(row)
  })
  return { word: rowOf(terminated(addText(seeds.word, text))), letters }
}

/** Every n-gram of {@link MIN_NGRAM} to {@link MAX_NGRAM} characters of a word with a space on either side. */
function forEachNgram(seed: number, text: string, onHash: (hash: number) => void): void {
  const padded = text.length + 2
  for (let start = 0; start + MIN_NGRAM <= padded; start++) {
    const longest = Math.min(MAX_NGRAM, padded - start)
    let hash = seed
    for (let length = 1; length <= longest; length++) {
      const at = start + length - 2 // -1 is the leading space
      hash = addCode(hash, at < 0 || at === text.length ? SPACE : text.charCodeAt(at))
      if (length >= MIN_NGRAM) onHash(hash)
    }
  }
}

function numberSpelling({ length }: string): Spelling {
  return NUMBERS[Math.min(length, NUMBERS.length - 1)] as Spelling // a number has at least one character
}

/** Caches the rows of names, whose number is bounded by the vocabulary. */
function perName(rowOfName: (name: string) => number): (name: string) => number {
  const rows = new Map<string, number>()
  return (name) => {
    let row = rows.get(name)
    if (row === undefined) {
      row = rowOfName(name)
      rows.set(name, row)
    }
    return row
  }
}

/** Statements and facts, each once, however often they were found. */
function evidenceNames(findings: readonly Finding[]): Set<string> {
  const names = new Set<string>()
  for (const { says, facts } of findings) {
    names.add(says)
    for (const fact of facts) names.add(factName(fact))
  }
  return names
}

export function factName(fact: Fact): string {
  return `fact ${fact}`
}

const LINK = /https?:|www\.|\.example/
const PICTURE = /\p{Extended_Pictographic}/u
const CURRENCY = /[$€£₽]/

function shapeNames(note: string, words: readonly Word[]): string[] {
  const shape = [
    'any note',
    `length ${Math.min(8, Math.floor(Math.log2(words.length + 1)))}`,
    `sentences ${Math.min(6, words.at(-1)?.sentence ?? 0)}`,
    `capitals ${shareOfCapitals(words, note)}`,
  ]
  if (note.includes('?')) shape.push('question')
  if (note.trimEnd().endsWith('?')) shape.push('ends in a question')
  if (note.includes('!')) shape.push('exclamation')
  if (note.includes('%')) shape.push('per cent')
  if (note.includes('\n')) shape.push('several lines')
  if (LINK.test(note)) shape.push('link')
  if (CURRENCY.test(note)) shape.push('currency')
  if (PICTURE.test(note)) shape.push('emoji')
  if (words.some(({ text }) => isDigit(text.charCodeAt(0)))) shape.push('digits')
  return shape
}

/** 2 if most words are in capitals, 1 if many are (acronyms, for example), else 0; by the first letters of words. */
function shareOfCapitals(words: readonly Word[], note: string): number {
  if (words.length === 0) return 0
  const inCapitals = words.filter(({ start, end }) => {
    if (isLowerCase(note.charCodeAt(start))) return false
    const word = note.slice(start, Math.min(end, start + 12))
    return word.length > 1 && word === word.toUpperCase() && word !== word.toLowerCase()
  }).length
  const share = inCapitals / words.length
  return share > 0.5 ? 2 : share > 0.15 ? 1 : 0
}

function hashOf(kind: string, what: string, text: string): number {
  return terminated(addText(seedOf(kind, what), text))
}

function seedOf(kind: string, what: string): number {
  return terminated(addText(terminated(addText(FNV_OFFSET, kind)), what))
}

function seedsOf(kind: string) {
  return {
    word: seedOf(kind, 'word'),
    pair: seedOf(kind, 'pair'),
    across: seedOf(kind, 'across'),
    letters: hashOf(kind, 'letters', ''),
  }
}

function addText(hash: number, text: string, from = 0, to = text.length): number {
  const end = Math.min(to, text.length)
  let result = hash
  for (let i = from; i < end; i++) result = addCode(result, text.charCodeAt(i))
  return result
}

/** Ends a part with a zero, so that "ab" + "c" and "a" + "bc" have different hashes. */
function terminated(hash: number): number {
  return addCode(hash, 0)
}

function addCode(hash: number, code: number): number {
  return Math.imul(hash ^ code, FNV_PRIME)
}

/** A fast path for basic Latin and Russian letters; false for other letters. */
function isLowerCase(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 0x430 && code <= 0x44f)
}
