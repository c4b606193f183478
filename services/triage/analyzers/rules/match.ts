import type { Evidence } from './evidence/evidence.ts'
import type { Word } from './note-words.ts'
import { createPlaceFinder, endOfPhrase, type Place, parsePhrases } from './phrase.ts'
import { perSpelling } from './spelling.ts'

/** The part of evidence that a matcher needs. */
type Matchable = Pick<Evidence, 'phrases' | 'masks'>

/** An occurrence of evidence, from word `first` to word `last`, both inclusive. */
export interface Match<E extends Matchable = Evidence> {
  readonly evidence: E
  readonly first: number
  readonly last: number
}

/**
 * Prepares a vocabulary and returns a function that finds it in notes.
 *
 * Which places of phrases a word fits depends only on its spelling, so this is computed once per spelling. Each word of
 * a note is then compared only with the few phrases that can start with it: 20,000 characters take a few milliseconds
 * at most.
 */
export function createMatcher<E extends Matchable>(vocabulary: readonly E[]): (words: readonly Word[]) => Match<E>[] {
  const candidates = vocabulary.flatMap((evidence) =>
    parsePhrases(evidence.phrases).map((phrase) => ({ evidence, phrase })),
  )
  const finder = createPlaceFinder(new Set(candidates.flatMap(({ phrase }) => phrase.map(({ place }) => place))))
  const startingAt = Map.groupBy(candidates, ({ phrase }) => phrase[0]?.place)
  const order = new Map(candidates.map((candidate, i) => [candidate, i]))
  /** In the order of the vocabulary. */
  const startingAtAny = (places: ReadonlySet<Place>) => {
    const groups = [...places].map((place) => startingAt.get(place)).filter((group) => group !== undefined)
    if (groups.length < 2) return groups[0] ?? []
    return groups.flat().sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
  }
  const startingWithNumber = startingAtAny(finder.numbers) // shared, since most numbers occur only once
  const startingWith = perSpelling((spelling) => {
    const places = finder.fitting(spelling)
    return places === finder.numbers ? startingWithNumber : startingAtAny(places)
  })

  return (words) => {
    const matches: Match<E>[] = []
    const fits = words.map(({ spelling }) => finder.fitting(spelling))
    for (let first = 0; first < words.length; first++) {
      for (const { evidence, phrase } of startingWith((words[first] as Word).spelling)) {
        const last = endOfPhrase(phrase, words, first, fits)
        if (last >= 0) matches.push({ evidence, first, last })
      }
    }
    return withoutMasked(matches)
  }
}

/** Drops matches within a masking phrase. Matches are ordered by `first`, so one pass suffices. */
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
