import type { Finding } from '../finding.ts'
import type { Word } from '../note-words.ts'

/*
 * What the model sees of a note. A feature is a 32-bit hash (FNV-1a) of a kind and its text: no dictionary to look up,
 * and 80,000 kept features meet a strange text's hash once in 50,000 times.
 */

/**
 * Features of one kind, each as often as it occurs. Kinds are normalized apart, so that a thousand letter groups do not
 * drown ten words. A note has a thousand occurrences, so they stand in three lists and not in objects of their own.
 */
export interface FeatureGroup {
  /** The length that the group's vector has before the features are weighed against each other. */
  readonly share: number
  readonly hashes: number[]
  /** The words that an occurrence was read from: the first and the last; -1 when it is about the whole note. */
  readonly firsts: number[]
  readonly lasts: number[]
}

const SHARES = { words: 1, pairs: 0.7, letters: 1.2, evidence: 0.5, shape: 0.3 } as const

/** Letter groups of these lengths: they carry word stems, endings and compounds over to words never seen. */
const SHORTEST = 3
const LONGEST = 6

/** How much of two neighbours the groups across them take: endings and beginnings. */
const ACROSS = 4

/** Words beyond this many of a note tell nothing new; it bounds the time that a note of 20,000 characters takes. */
const MOST_WORDS = 800

/** Reads the features of a note from its words and from the evidence found in it. */
export function readFeatures(note: string, allWords: readonly Word[], findings: readonly Finding[]): FeatureGroup[] {
  const words = allWords.length > MOST_WORDS ? allWords.slice(0, MOST_WORDS) : allWords
  const texts = words.map(({ text }) => (isDigit(text.charCodeAt(0)) ? `#${Math.min(text.length, 9)}` : text))
  const single = createGroup(SHARES.words)
  const pairs = createGroup(SHARES.pairs)
  const letters = createGroup(SHARES.letters)
  for (const [i, text] of texts.entries()) {
    const kind = words[i]?.quoted === true ? 'quoted' : 'own'
    const before = texts[i - 1]
    add(single, hashOf(kind, 'word', text), i, i)
    add(pairs, hashOf(kind, 'pair', `${before ?? '^'} ${text}`), Math.max(0, i - 1), i)
    if (i === texts.length - 1) add(pairs, hashOf(kind, 'pair', `${text} $`), i, i)
    addLetterGroups(letters, kind, text, i)
    if (before !== undefined) {
      const across = `${before.slice(-ACROSS)} ${text.slice(0, ACROSS)}`
      add(letters, hashOf(kind, 'across', across), i - 1, i)
    }
  }
  return [single, pairs, letters, evidenceFeatures(findings), shapeFeatures(note, words)]
}

function createGroup(share: number): FeatureGroup {
  return { share, hashes: [], firsts: [], lasts: [] }
}

function add(group: FeatureGroup, hash: number, first: number, last: number): void {
  group.hashes.push(hash)
  group.firsts.push(first)
  group.lasts.push(last)
}

function addLetterGroups(group: FeatureGroup, kind: string, text: string, word: number): void {
  const padded = ` ${text} `
  const seed = hashOf(kind, 'letters', '')
  for (let start = 0; start + SHORTEST <= padded.length; start++) {
    let hash = seed
    for (let length = 1; length <= LONGEST && start + length <= padded.length; length++) {
      hash = addCode(hash, padded.charCodeAt(start + length - 1))
      if (length >= SHORTEST) add(group, hash >>> 0, word, word)
    }
  }
}

/** Where a finding stands in the note is kept by the finding itself; here it counts once however often it was found. */
function evidenceFeatures(findings: readonly Finding[]): FeatureGroup {
  const names = new Set<string>()
  for (const { says, facts } of findings) {
    names.add(says)
    for (const fact of facts) names.add(`fact ${fact}`)
  }
  const group = createGroup(SHARES.evidence)
  for (const name of names) add(group, evidenceHash(name), -1, -1)
  return group
}

/** The feature of a finding, by its sentence. */
export function evidenceHash(says: string): number {
  return hashOf('own', 'evidence', says)
}

const LINK = /https?:|www\.|\.example/
const PICTURE = /\p{Extended_Pictographic}/u
const CURRENCY = /[$€£₽]/

function shapeFeatures(note: string, words: readonly Word[]): FeatureGroup {
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
  const group = createGroup(SHARES.shape)
  for (const name of shape) add(group, hashOf('own', 'shape', name), -1, -1)
  return group
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
  let hash = 0x811c9dc5
  for (const part of [kind, what, text]) {
    for (let i = 0; i < part.length; i++) hash = addCode(hash, part.charCodeAt(i))
    hash = addCode(hash, 0)
  }
  return hash >>> 0
}

function addCode(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193)
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}
