import type { Fact } from '../facts.ts'
import type { Finding } from '../finding.ts'
import type { Word } from '../note-words.ts'
import { isDigit, perSpelling, type Spelling, spellingOf } from '../spelling.ts'

/*
 * What the model sees of a note. A feature is a 32-bit hash (FNV-1a) of a kind and its text: no dictionary to look up,
 * and 80,000 kept features meet a strange text's hash once in 50,000 times. Hashes are signed, so that the engine keeps
 * them as plain integers. A model has a row for each feature that it knows, and only those are read.
 */

/**
 * Known features of one kind, each as often as it occurs. Kinds are normalized apart, so that a thousand letter groups
 * do not drown ten words. A note has hundreds of occurrences, so they stand in three lists that are filled anew for each
 * note and not in objects of their own; what stands behind `size` is left over.
 */
interface FeatureGroup {
  /** The length that the group's vector has before the features are weighed against each other. */
  readonly share: number
  size: number
  rows: Int32Array
  /** The words that an occurrence was read from: the first and the last; -1 when it is about the whole note. */
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

/** Letter groups of these lengths: they carry word stems, endings and compounds over to words never seen. */
const SHORTEST = 3
const LONGEST = 6

/** How much of two neighbours the groups across them take: endings and beginnings. */
const ACROSS = 4

/** The row of a feature that the model does not know. */
const UNKNOWN = -1

/** Words beyond this many of a note tell nothing new; it bounds the time that a note of 20,000 characters takes. */
const MOST_WORDS = 800

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
const SPACE = 32
const OWN = seedsOf('own')
/** What a reply quotes was said by somebody else. */
const QUOTED = seedsOf('quoted')
/** What stands for a number of so many characters. */
const NUMBERS = Array.from({ length: 10 }, (_, length) => spellingOf(`#${length}`))

export function createFeatureGroups(): FeatureGroups {
  const [words, pairs, letters] = [SHARES.words, SHARES.pairs, SHARES.letters].map(createGroup)
  const [evidence, shape] = [SHARES.evidence, SHARES.shape].map(createGroup)
  return { words, pairs, letters, evidence, shape } as FeatureGroups // each list above has as many members as it names
}

export interface FeatureReader {
  /**
   * Reads the known features of a note from its words and from the evidence found in it.
   *
   * @param groups to be emptied and filled; new ones by default
   */
  read(note: string, words: readonly Word[], findings: readonly Finding[], groups?: FeatureGroups): FeatureGroups
  /** The row of a finding's sentence, or of a {@link factName}; `UNKNOWN` when there is none. */
  evidenceRow(says: string): number
}

/** @param rowOf the row of a feature's hash, `UNKNOWN` when the model does not know it */
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
      const pair = ended(addText(addCode(addText(seeds.pair, before ?? '^'), SPACE), text))
      add(groups.pairs, rowOf(pair), Math.max(0, i - 1), i)
      if (i === words.length - 1) add(groups.pairs, rowOf(ended(addText(seeds.pair, `${text} $`))), i, i)
      if (before !== undefined) {
        const ending = addText(seeds.across, before, Math.max(0, before.length - ACROSS))
        add(groups.letters, rowOf(ended(addText(addCode(ending, SPACE), text, 0, ACROSS))), i - 1, i)
      }
      before = text
    }
  }

  return {
    read: (note, allWords, findings, groups = createFeatureGroups()) => {
      const words = allWords.length > MOST_WORDS ? allWords.slice(0, MOST_WORDS) : allWords
      for (const group of Object.values(groups)) group.size = 0
      readWordFeatures(words, groups)
      for (const name of evidenceNames(findings)) add(groups.evidence, evidenceRow(name), -1, -1)
      for (const name of shapeNames(note, words)) add(groups.shape, shapeRow(name), -1, -1)
      return groups
    },
    evidenceRow,
  }
}

/** Of groups whose rows are hashes, those that a model knows, with its rows. */
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
  const room = 64
  return {
    share,
    size: 0,
    rows: new Int32Array(room),
    firsts: new Int32Array(room),
    lasts: new Int32Array(room),
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

/** The rows of the known features that a word has by itself. */
interface WordRows {
  readonly word: number
  readonly letters: readonly number[]
}

function wordRows(seeds: typeof OWN, text: string, rowOf: (hash: number) => number): WordRows {
  const letters: number[] = []
  forEachLetterGroup(seeds.letters, text, (hash) => {
    const row = rowOf(hash)
    if (row !== UNKNOWN) letters.push(row)
  })
  return { word: rowOf(ended(addText(seeds.word, text))), letters }
}

/** Every group of {@link SHORTEST} to {@link LONGEST} characters of a word with a space on either side. */
function forEachLetterGroup(seed: number, text: string, take: (hash: number) => void): void {
  const padded = text.length + 2
  for (let start = 0; start + SHORTEST <= padded; start++) {
    const longest = Math.min(LONGEST, padded - start)
    let hash = seed
    for (let length = 1; length <= longest; length++) {
      const at = start + length - 2 // the space in front has no place in the text
      hash = addCode(hash, at < 0 || at === text.length ? SPACE : text.charCodeAt(at))
      if (length >= SHORTEST) take(hash)
    }
  }
}

function numberSpelling({ length }: string): Spelling {
  return NUMBERS[Math.min(length, NUMBERS.length - 1)] as Spelling // a number has a length of 1 at least
}

/** The rows of names are remembered: there are only as many as the vocabulary has. */
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

/** Where a finding stands in the note is kept by the finding itself; here it counts once however often it was found. */
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

/** 2 of a note that shouts, 1 of one with many capitals (German has them too), else 0; by first letters of words. */
function shareOfCapitals(words: readonly Word[], note: string): number {
  if (words.length === 0) return 0
  const shouted = words.filter(({ start, end }) => {
    if (isLowerCase(note.charCodeAt(start))) return false
    const word = note.slice(start, Math.min(end, start + 12))
    return word.length > 1 && word === word.toUpperCase() && word !== word.toLowerCase()
  }).length
  const share = shouted / words.length
  return share > 0.5 ? 2 : share > 0.15 ? 1 : 0
}

function hashOf(kind: string, what: string, text: string): number {
  return ended(addText(seedOf(kind, what), text))
}

function seedOf(kind: string, what: string): number {
  return ended(addText(ended(addText(FNV_OFFSET, kind)), what))
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

/** A zero behind each part keeps "ab" + "c" from "a" + "bc". */
function ended(hash: number): number {
  return addCode(hash, 0)
}

function addCode(hash: number, code: number): number {
  return Math.imul(hash ^ code, FNV_PRIME)
}

/** Of English or Russian; others are found the long way. */
function isLowerCase(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 0x430 && code <= 0x44f)
}
