import type { Evidence } from './evidence/evidence.ts'
import type { Word } from './note-words.ts'
import { endOfPhrase, fits, INDEXED_LETTERS, type Phrase, type Place, parsePhrases } from './phrase.ts'
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

/**
 * Prepares a vocabulary once and returns the function that finds it in notes.
 *
 * Phrases are found by their first word: the words that the vocabulary spells out are known beforehand, with every
 * phrase that they can begin; any other word can only begin those whose first word is given by its beginning, and these
 * are found by three letters. So a word of the note is compared with a handful of phrases and not with all of them:
 * 20,000 characters take a few milliseconds whatever they are.
 */
export function createMatcher<E extends Matchable>(vocabulary: readonly E[]): (words: readonly Word[]) => Match<E>[] {
  const candidates = vocabulary.flatMap((evidence) =>
    parsePhrases(evidence.phrases).map((phrase) => ({ evidence, phrase })),
  )
  const withNumber = candidates.filter(({ phrase }) => phrase[0]?.number === true)
  const byBeginning = groupByKeys(candidates, ({ beginnings }) => beginnings.map(keyOf))
  const byWord = groupByKeys(candidates, ({ words }) => words)
  for (const word of byWord.keys()) {
    byWord.set(
      word,
      candidates.filter(({ phrase }) => canBegin(phrase, word)),
    )
  }

  return (words) => {
    const matches: Match<E>[] = []
    for (let first = 0; first < words.length; first++) {
      const { text } = words[first] as Word
      const known = byWord.get(text) ?? byBeginning.get(keyOf(text))?.filter(({ phrase }) => canBegin(phrase, text))
      collect(matches, known, words, first)
      if (isNumber(text)) collect(matches, withNumber, words, first)
    }
    return withoutMasked(matches)
  }
}

/** Numbers are another matter: digits are not in any list. */
function canBegin(phrase: Phrase, text: string): boolean {
  return phrase[0]?.number === false && fits(phrase[0], text)
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

/** By what `keysOf` says of a phrase's first place; within a key in the order of the vocabulary. */
function groupByKeys<E>(
  candidates: readonly Candidate<E>[],
  keysOf: (place: Place) => Iterable<string>,
): Map<string, Candidate<E>[]> {
  const groups = new Map<string, Candidate<E>[]>()
  for (const candidate of candidates) {
    const place = candidate.phrase[0]
    for (const key of new Set(place === undefined ? [] : keysOf(place))) {
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [candidate])
      else group.push(candidate)
    }
  }
  return groups
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
