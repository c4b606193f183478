import { isNumber } from '../findings/quantity.ts'
import { foldHead, type Spelling } from '../reading/spelling.ts'

/** What a place of a phrase matches: a number, one of several words, or a word with one of several prefixes. */
export interface Place {
  readonly number: boolean
  readonly words: ReadonlySet<string>
  readonly prefixes: readonly string[]
}

/** A place of a phrase, and whether up to {@link GAP_WORDS} other words may precede it. */
interface Step {
  readonly place: Place
  readonly isAfterGap: boolean
}

export type Phrase = readonly Step[]

/** Maximum number of words that `..` matches. */
export const GAP_WORDS = 3

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
  let isAfterGap = false
  for (const part of phrase.split(/\s+/)) {
    if (part === '..') {
      isAfterGap = true
      continue
    }
    steps.push({ place: placeOf(part), isAfterGap })
    isAfterGap = false
  }
  const head = steps[0]
  if (head === undefined || head.isAfterGap) throw new Error(`a phrase must begin with a word: "${phrase}"`)
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

/** Returns a function that finds the places a word fits: the same list for all numbers without phrases of their own. */
export function createPlaceFinder(places: ReadonlySet<Place>): (spelling: Spelling) => readonly Place[] {
  const byWord = groupByKeys(places, ({ words }) => words)
  const byPrefix = groupByKeys(places, ({ prefixes }) => prefixes)
  const numbers = [...places].filter(({ number }) => number)
  const prefixLengths = lengthsByFirstLetter(byPrefix.keys())
  const addFitting = (form: string, found: Place[]): void => {
    for (const place of byWord.get(form) ?? []) found.push(place)
    for (const length of prefixLengths.get(form.charCodeAt(0)) ?? []) {
      if (length > form.length) continue
      for (const place of byPrefix.get(form.slice(0, length)) ?? []) found.push(place)
    }
  }
  return (spelling) => {
    const { text } = spelling
    const found: Place[] = []
    addFitting(text, found)
    const noun = withoutElision(text)
    if (noun !== undefined) addFitting(noun, found)
    if (!isNumber(spelling)) return found.length === 0 ? NONE : [...new Set(found)]
    return found.length === 0 ? numbers : [...new Set([...numbers, ...found])]
  }
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

const NONE: readonly Place[] = []

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
