import type { Word } from './note-words.ts'
import { isNumber } from './quantity.ts'
import { foldHead, perSpelling, type Spelling } from './spelling.ts'

/** What a place of a phrase matches: a number, one of several words, or a word with one of several prefixes. */
export interface Place {
  readonly number: boolean
  readonly words: ReadonlySet<string>
  readonly prefixes: readonly string[]
}

/** A place of a phrase, and the maximum number of other words before it. */
interface Step {
  readonly place: Place
  readonly gap: number
}

export type Phrase = readonly Step[]

/** Maximum number of words that `..` matches. */
const GAP_WORDS = 3

/** Parses the notation documented at {@link Evidence}. @throws Error for an invalid phrase */
export function parsePhrases(notation: string): Phrase[] {
  return notation
    .split(';')
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== '')
    .map(parsePhrase)
}

function parsePhrase(phrase: string): Phrase {
  const steps: Step[] = []
  let gap = 0
  for (const part of phrase.split(/\s+/)) {
    if (part === '..') {
      gap = GAP_WORDS
      continue
    }
    steps.push({ place: placeOf(part), gap })
    gap = 0
  }
  const head = steps[0]
  if (head === undefined || head.gap !== 0) throw new Error(`a phrase must begin with a word: "${phrase}"`)
  return steps
}

const places = new Map<string, Place>()

/** Returns the same place for the same notation, to reduce the number of places. */
function placeOf(notation: string): Place {
  let place = places.get(notation)
  if (place === undefined) {
    place = parsePlace(notation)
    places.set(notation, place)
  }
  return place
}

function parsePlace(notation: string): Place {
  const spellings = notation.split('|')
  if (spellings.some((spelling) => spelling === '' || spelling === '*')) throw new Error(`an empty word: "${notation}"`)
  return {
    number: spellings.includes('#'),
    words: new Set(spellings.filter((spelling) => spelling !== '#' && !spelling.endsWith('*')).map(foldHead)),
    prefixes: spellings.filter((spelling) => spelling.endsWith('*')).map((spelling) => foldHead(spelling.slice(0, -1))),
  }
}

/** Finds the places that a word matches. */
export interface PlaceFinder {
  fitting(spelling: Spelling): ReadonlySet<Place>
  /** The places that match any number. */
  readonly numbers: ReadonlySet<Place>
}

export function createPlaceFinder(places: ReadonlySet<Place>): PlaceFinder {
  const byWord = groupByKeys(places, ({ words }) => words)
  const byPrefix = groupByKeys(places, ({ prefixes }) => prefixes)
  const numbers = new Set([...places].filter(({ number }) => number))
  const prefixLengths = lengthsByFirstLetter(byPrefix.keys())
  const addFitting = (form: string, found: Place[]): void => {
    for (const place of byWord.get(form) ?? []) found.push(place)
    for (const length of prefixLengths.get(form.charCodeAt(0)) ?? []) {
      if (length > form.length) continue
      for (const place of byPrefix.get(form.slice(0, length)) ?? []) found.push(place)
    }
  }
  const fitting = perSpelling(({ text }) => {
    const found: Place[] = []
    addFitting(text, found)
    const noun = withoutElision(text)
    if (noun !== undefined) addFitting(noun, found)
    if (!isNumber(text)) return found.length === 0 ? NONE : new Set(found)
    return found.length === 0 ? numbers : new Set([...numbers, ...found])
  })
  return { fitting, numbers }
}

/** Few prefixes start with the same letter, so a word is compared with few substrings of it. */
function lengthsByFirstLetter(prefixes: Iterable<string>): Map<number, number[]> {
  const lengths = new Map<number, number[]>()
  for (const prefix of prefixes) {
    const known = lengths.get(prefix.charCodeAt(0)) ?? []
    if (!known.includes(prefix.length)) lengths.set(prefix.charCodeAt(0), [...known, prefix.length])
  }
  return lengths
}

const ELISION = /^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'(?=.)/u

/** French writes "l'abonnement" and "d'essai" as one word; phrases may have the noun alone. */
function withoutElision(text: string): string | undefined {
  if (!text.includes("'")) return undefined
  const elision = ELISION.exec(text)
  return elision === null ? undefined : text.slice(elision[0].length)
}

const NONE: ReadonlySet<Place> = new Set()

function groupByKeys(places: Iterable<Place>, keysOf: (place: Place) => Iterable<string>): Map<string, Place[]> {
  const groups = new Map<string, Place[]>()
  for (const place of places) {
    for (const key of keysOf(place)) {
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [place])
      else group.push(place)
    }
  }
  return groups
}

/**
 * Matches the rest of `phrase` after `words[first]`, which must match its first place. `fits` has the places that each
 * word matches. Returns the index of the last word, or -1. A gap ends at the nearest matching word, without backtracking, so the work is bounded by the length of
 * the phrase.
 */
export function endOfPhrase(
  phrase: Phrase,
  words: readonly Word[],
  first: number,
  fits: readonly ReadonlySet<Place>[],
): number {
  const sentence = words[first]?.sentence
  let at = first
  for (let i = 1; i < phrase.length; i++) {
    at = findStep(phrase[i] as Step, words, at + 1, sentence, fits)
    if (at < 0) return -1
  }
  return at
}

function findStep(
  { place, gap }: Step,
  words: readonly Word[],
  from: number,
  sentence: number | undefined,
  fits: readonly ReadonlySet<Place>[],
): number {
  for (let i = from; i <= from + gap; i++) {
    const fit = fits[i]
    if (fit === undefined || words[i]?.sentence !== sentence) return -1
    if (fit !== NONE && fit.has(place)) return i
  }
  return -1
}
