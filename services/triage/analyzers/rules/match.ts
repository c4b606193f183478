import type { Evidence } from './evidence/evidence.ts'
import type { Word } from './note-words.ts'
import { endOfPhrase, INDEXED_LETTERS, type Phrase, parsePhrases } from './phrase.ts'
import { isNumber } from './quantity.ts'

/** What a matcher needs to know of a piece of evidence. */
type Matchable = Pick<Evidence, 'phrases' | 'masks'>

/** A piece of evidence where it stands: from the word `first` to the word `last`, both included. */
export interface Match<E extends Matchable = Evidence> {
  readonly evidence: E
  readonly first: number
  readonly last: number
}

interface Candidate<E> {
  readonly evidence: E
  readonly phrase: Phrase
}

const NUMBER_KEY = '#'

/**
 * Prepares a vocabulary once and returns the function that finds it in notes.
 *
 * Phrases are indexed by the first three letters of their first word, so a word of the note is compared with a
 * handful of phrases and not with all of them: 20,000 characters take a few milliseconds whatever they are.
 */
export function createMatcher<E extends Matchable>(vocabulary: readonly E[]): (words: readonly Word[]) => Match<E>[] {
  const index = new Map<string, Candidate<E>[]>()
  for (const evidence of vocabulary) {
    for (const phrase of parsePhrases(evidence.phrases)) {
      for (const key of keysOf(phrase)) {
        const candidates = index.get(key)
        if (candidates === undefined) index.set(key, [{ evidence, phrase }])
        else candidates.push({ evidence, phrase })
      }
    }
  }

  return (words) => {
    const matches: Match<E>[] = []
    for (const [first, word] of words.entries()) {
      collect(matches, index.get(keyOf(word.text)), words, first)
      if (isNumber(word.text)) collect(matches, index.get(NUMBER_KEY), words, first)
    }
    return withoutMasked(matches)
  }
}

function collect<E extends Matchable>(
  matches: Match<E>[],
  candidates: readonly Candidate<E>[] | undefined,
  words: readonly Word[],
  first: number,
): void {
  if (candidates === undefined) return
  for (const { evidence, phrase } of candidates) {
    const last = endOfPhrase(phrase, words, first)
    if (last >= 0) matches.push({ evidence, first, last })
  }
}

function keysOf(phrase: Phrase): Set<string> {
  const place = phrase[0]
  if (place === undefined) return new Set()
  return place.number ? new Set([NUMBER_KEY]) : new Set([...place.words, ...place.beginnings].map(keyOf))
}

function keyOf(text: string): string {
  return text.length > INDEXED_LETTERS ? text.slice(0, INDEXED_LETTERS) : text
}

/** Drops what stands inside a masking phrase. Matches come ordered by `first`, so one pass with a moving end does. */
function withoutMasked<E extends Matchable>(matches: readonly Match<E>[]): Match<E>[] {
  const masks = matches.filter((match) => match.evidence.masks === true)
  if (masks.length === 0) return [...matches]
  let next = 0
  let maskedUntil = -1
  return matches.filter((match) => {
    for (let mask = masks[next]; mask !== undefined && mask.first <= match.first; mask = masks[++next]) {
      maskedUntil = Math.max(maskedUntil, mask.last)
    }
    return match.evidence.masks === true || match.last > maskedUntil
  })
}
