import type { Fact } from '../facts.ts'
import type { Finding } from '../finding.ts'
import type { Word } from '../note-words.ts'

/*
 * What the model sees of a note. A feature is a 32-bit hash (FNV-1a) of a kind and its text: no dictionary to look up,
 * and 80,000 kept features meet a strange text's hash once in 50,000 times. Hashes are signed, so that the engine keeps
 * them as plain integers.
 */

/**
 * Features of one kind, each as often as it occurs. Kinds are normalized apart, so that a thousand letter groups do not
 * drown ten words. A note has a thousand occurrences, so they stand in three lists that are filled anew for each note
 * and not in objects of their own; what stands behind `size` is left over.
 */
interface FeatureGroup {
  /** The length that the group's vector has before the features are weighed against each other. */
  readonly share: number
  size: number
  hashes: Int32Array
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

/** Words beyond this many of a note tell nothing new; it bounds the time that a note of 20,000 characters takes. */
const MOST_WORDS = 800

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
const SPACE = 32
const OWN = seedsOf('own')
/** What a reply quotes was said by somebody else. */
const QUOTED = seedsOf('quoted')
/** What stands for a number of so many characters. */
const NUMBERS = Array.from({ length: 10 }, (_, length) => `#${length}`)

export function createFeatureGroups(): FeatureGroups {
  const [words, pairs, letters] = [SHARES.words, SHARES.pairs, SHARES.letters].map(createGroup)
  const [evidence, shape] = [SHARES.evidence, SHARES.shape].map(createGroup)
  return { words, pairs, letters, evidence, shape } as FeatureGroups // each list above has as many members as it names
}

/**
 * Reads the features of a note from its words and from the evidence found in it.
 *
 * @param groups to be emptied and filled; new ones by default
 */
export function readFeatures(
  note: string,
  allWords: readonly Word[],
  findings: readonly Finding[],
  groups = createFeatureGroups(),
): FeatureGroups {
  const words = allWords.length > MOST_WORDS ? allWords.slice(0, MOST_WORDS) : allWords
  for (const group of Object.values(groups)) group.size = 0
  readWordFeatures(words, groups)
  for (const name of evidenceNames(findings)) add(groups.evidence, evidenceHash(name), -1, -1)
  readShape(note, words, groups.shape)
  return groups
}

function readWordFeatures(words: readonly Word[], { words: single, pairs, letters }: FeatureGroups): void {
  let before: string | undefined
  for (let i = 0; i < words.length; i++) {
    const { text: spelled, quoted } = words[i] as Word
    const text = isDigit(spelled.charCodeAt(0))
      ? (NUMBERS[Math.min(spelled.length, NUMBERS.length - 1)] ?? '')
      : spelled
    const seeds = quoted ? QUOTED : OWN
    add(single, ended(addText(seeds.word, text)), i, i)
    add(pairs, ended(addText(addCode(addText(seeds.pair, before ?? '^'), SPACE), text)), Math.max(0, i - 1), i)
    if (i === words.length - 1) add(pairs, ended(addText(seeds.pair, `${text} $`)), i, i)
    addLetterGroups(letters, seeds.letters, text, i)
    if (before !== undefined) {
      const ending = addText(seeds.across, before, Math.max(0, before.length - ACROSS))
      add(letters, ended(addText(addCode(ending, SPACE), text, 0, ACROSS)), i - 1, i)
    }
    before = text
  }
}

function createGroup(share: number): FeatureGroup {
  const room = 64
  return {
    share,
    size: 0,
    hashes: new Int32Array(room),
    firsts: new Int32Array(room),
    lasts: new Int32Array(room),
  }
}

function add(group: FeatureGroup, hash: number, first: number, last: number): void {
  const at = group.size++
  if (at === group.hashes.length) enlarge(group)
  group.hashes[at] = hash
  group.firsts[at] = first
  group.lasts[at] = last
}

function enlarge(group: FeatureGroup): void {
  for (const list of ['hashes', 'firsts', 'lasts'] as const) {
    const larger = new Int32Array(group[list].length * 2)
    larger.set(group[list])
    group[list] = larger
  }
}

/** Every group of {@link SHORTEST} to {@link LONGEST} characters of a word with a space on either side. */
function addLetterGroups(group: FeatureGroup, seed: number, text: string, word: number): void {
  const padded = text.length + 2
  for (let start = 0; start + SHORTEST <= padded; start++) {
    const longest = Math.min(LONGEST, padded - start)
    let hash = seed
    for (let length = 1; length <= longest; length++) {
      const at = start + length - 2 // the space in front has no place in the text
      hash = addCode(hash, at < 0 || at === text.length ? SPACE : text.charCodeAt(at))
      if (length >= SHORTEST) add(group, hash, word, word)
    }
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

const evidenceHashes = new Map<string, number>()

/** The feature of a finding, by its sentence. There are as many as the vocabulary has, so they are kept. */
export function evidenceHash(says: string): number {
  let hash = evidenceHashes.get(says)
  if (hash === undefined) {
    hash = hashOf('own', 'evidence', says)
    evidenceHashes.set(says, hash)
  }
  return hash
}

const LINK = /https?:|www\.|\.example/
const PICTURE = /\p{Extended_Pictographic}/u
const CURRENCY = /[$€£₽]/

function readShape(note: string, words: readonly Word[], group: FeatureGroup): void {
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
  for (const name of shape) add(group, hashOf('own', 'shape', name), -1, -1)
}

/** 2 of a note that shouts, 1 of one with many capitals (German has them too), else 0; by first letters of words. */
function shareOfCapitals(words: readonly Word[], note: string): number {
  if (words.length === 0) return 0
  const shouted = words.filter(({ start, end }) => {
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

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}
