import { isNumberText } from '../findings/quantity.ts'
import { isDigit } from '../reading/spelling.ts'
import type { Place } from './phrase.ts'

/**
 * Returns a function that finds the places that a folded word fits. Words that fit the same places get the same list,
 * except a few with an apostrophe or a digit.
 *
 * The lists are made in advance: one for each word of a phrase and one for each prefix, which includes the shorter prefixes
 * that it starts with.
 */
export function createPlaceFinder(places: ReadonlySet<Place>): (text: string) => readonly Place[] {
  const byWord = groupByKeys(places, ({ words }) => words)
  const byPrefix = groupByKeys(places, ({ prefixes }) => prefixes)
  const numbers = [...places].filter(({ number }) => number)

  const root = createNode()
  for (const [prefix, own] of [...byPrefix].sort(([a], [b]) => a.length - b.length)) {
    nodeAt(root, prefix).places = unique([...ofLongestPrefix(root, prefix), ...own])
  }
  const ofWords = new Map<string, readonly Place[]>()
  for (const [word, own] of byWord) ofWords.set(word, unique([...own, ...ofLongestPrefix(root, word)]))
  const find = (form: string) => ofWords.get(form) ?? ofLongestPrefix(root, form)

  const ofNumberWords = new Map<string, readonly Place[]>()
  const findForNumber = (text: string): readonly Place[] => {
    const found = find(text)
    return found.length === 0 ? numbers : unique([...numbers, ...found])
  }

  return (text) => {
    if (isDigit(text.charCodeAt(0))) return findForNumber(text)
    if (isNumberText(text)) {
      const found = ofNumberWords.get(text) ?? findForNumber(text)
      ofNumberWords.set(text, found)
      return found
    }
    const noun = withoutElision(text)
    return noun === undefined ? find(text) : unique([...find(text), ...find(noun)])
  }
}

const NONE: readonly Place[] = []

/** A node of a trie of prefixes. */
interface Node {
  readonly next: Map<number, Node>
  /** The places that a word fits by the prefix that ends here and by shorter ones; none when no prefix ends here. */
  places: readonly Place[]
}

function createNode(): Node {
  return { next: new Map(), places: NONE }
}

/** The node of a prefix, created if necessary. */
function nodeAt(root: Node, prefix: string): Node {
  let node = root
  for (let i = 0; i < prefix.length; i++) {
    const code = prefix.charCodeAt(i)
    const next = node.next.get(code) ?? createNode()
    node.next.set(code, next)
    node = next
  }
  return node
}

function ofLongestPrefix(root: Node, form: string): readonly Place[] {
  let found = NONE
  let node = root
  for (let i = 0; i < form.length; i++) {
    const next = node.next.get(form.charCodeAt(i))
    if (next === undefined) return found
    if (next.places.length > 0) found = next.places
    node = next
  }
  return found
}

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
