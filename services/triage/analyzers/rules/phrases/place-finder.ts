import { isNumber } from '../findings/quantity.ts'
import { withCode, wordHash } from '../reading/hash.ts'
import { createTextFilter } from '../reading/lexicon.ts'
import { isDigit, type Spelling, textHashOf, textOf } from '../reading/spelling.ts'
import type { Place } from './phrase.ts'

/**
 * Returns a function that finds the places that a spelling fits. Words that fit the same places get the same list, except
 * a few with an apostrophe or a digit.
 *
 * The lists are made in advance: one for each word of a phrase and one for each prefix, which includes the places of
 * shorter prefixes. Filters by hash spare most words a look-up.
 */
export function createPlaceFinder(places: ReadonlySet<Place>): (spelling: Spelling) => readonly Place[] {
  const byWord = groupByKeys(places, ({ words }) => words)
  const byPrefix = groupByKeys(places, ({ prefixes }) => prefixes)
  const numbers = [...places].filter(({ number }) => number)
  const mayBeWord = createTextFilter([...byWord.keys()].map(wordHash))
  const mayBePrefix = createTextFilter([...byPrefix.keys()].map(wordHash))

  const ofPrefixes = new Map<string, readonly Place[]>()
  const ofLongestPrefix = (form: string): readonly Place[] => {
    let found = NONE
    let hash = EMPTY_HASH
    for (let length = 1; length <= form.length; length++) {
      hash = withCode(hash, form.charCodeAt(length - 1))
      if (mayBePrefix(hash)) found = ofPrefixes.get(form.slice(0, length)) ?? found
    }
    return found
  }
  for (const [prefix, own] of [...byPrefix].sort(([a], [b]) => a.length - b.length)) {
    ofPrefixes.set(prefix, unique([...ofLongestPrefix(prefix), ...own]))
  }
  const ofWords = new Map<string, readonly Place[]>()
  for (const [word, own] of byWord) ofWords.set(word, unique([...own, ...ofLongestPrefix(word)]))
  const find = (form: string, hash: number) =>
    (mayBeWord(hash) ? ofWords.get(form) : undefined) ?? ofLongestPrefix(form)

  const ofNumberWords = new Map<string, readonly Place[]>()
  const findForNumber = (text: string, hash: number): readonly Place[] => {
    const found = find(text, hash)
    return found.length === 0 ? numbers : unique([...numbers, ...found])
  }

  return (spelling) => {
    const text = textOf(spelling)
    const hash = textHashOf(spelling)
    if (isDigit(text.charCodeAt(0))) return findForNumber(text, hash)
    if (isNumber(spelling)) {
      const found = ofNumberWords.get(text) ?? findForNumber(text, hash)
      ofNumberWords.set(text, found)
      return found
    }
    const noun = withoutElision(text)
    return noun === undefined ? find(text, hash) : unique([...find(text, hash), ...find(noun, wordHash(noun))])
  }
}

const NONE: readonly Place[] = []
const EMPTY_HASH = wordHash('')

const ELISION = /^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'(?=.)/u

/** French writes "l'abonnement" and "d'essai" as one word; phrases may have the noun alone. */
function withoutElision(text: string): string | undefined {
  if (!text.includes("'")) return undefined
  const elision = ELISION.exec(text)
  return elision === null ? undefined : text.slice(elision[0].length)
}

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

function unique(places: readonly Place[]): readonly Place[] {
  return places.length === 0 ? NONE : [...new Set(places)]
}
