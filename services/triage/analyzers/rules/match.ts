import type { Evidence } from './evidence/evidence.ts'
import type { Word } from './note-words.ts'
import { createPlaceFinder, endOfPhrase, type Place, parsePhrases } from './phrase.ts'
import { perSpelling } from './spelling.ts'

/** What a matcher needs to know of a piece of evidence. */
type Matchable = Pick<Evidence, 'phrases' | 'masks'>

/** A piece of evidence where it stands: from the word `first` to the word `last`, both included. */
export interface Match<E extends Matchable = Evidence> {
  readonly evidence: E
  readonly first: number
  readonly last: number
}

/**
 * Prepares a vocabulary once and returns the function that finds it in notes.
 *
 * At which places of which phrases a word may stand depends on its spelling alone, so it is found once for each. A word
 * of a note is then compared with the handful of phrases that it begins: 20,000 characters take a few milliseconds
 * whatever they are.
 */
export function createMatcher<E extends Matchable>(vocabulary: readonly E[]): (words: readonly Word[]) => Match<E>[] {
  const candidates = vocabulary.flatMap((evidence) =>
    parsePhrases(evidence.phrases).map((phrase) => ({ evidence, phrase })),
  )
  const finder = createPlaceFinder(new Set(candidates.flatMap(({ phrase }) => phrase.map(({ place }) => place))))
  const begunAt = Map.groupBy(candidates, ({ phrase }) => phrase[0]?.place)
  const order = new Map(candidates.map((candidate, i) => [candidate, i]))
  /** In the order of the vocabulary. */
  const begunAtAny = (places: ReadonlySet<Place>) => {
    const begun = [...places].map((place) => begunAt.get(place)).filter((some) => some !== undefined)
    if (begun.length < 2) return begun[0] ?? []
    return begun.flat().sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
  }
  const begunByNumbers = begunAtAny(finder.numbers) // most numbers are new, so they are not found anew each time
  const begunBy = perSpelling((spelling) => {
    const places = finder.fitting(spelling)
    return places === finder.numbers ? begunByNumbers : begunAtAny(places)
  })

  return (words) => {
    const matches: Match<E>[] = []
    for (let first = 0; first < words.length; first++) {
      for (const { evidence, phrase } of begunBy((words[first] as Word).spelling)) {
        const last = endOfPhrase(phrase, words, first, finder)
        if (last >= 0) matches.push({ evidence, first, last })
      }
    }
    return withoutMasked(matches)
  }
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
