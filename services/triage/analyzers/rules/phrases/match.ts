import type { Evidence } from '../evidence/evidence.ts'
import type { Word } from '../reading/note-words.ts'
import { createAutomaton, type Edges, type State } from './automaton.ts'
import { GAP_WORDS } from './phrase.ts'

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
 * A gap ends at the nearest word that fits, without backtracking, so the work for each word is bounded by the number of
 * phrases that can start with it.
 */
export function createMatcher<E extends Matchable>(vocabulary: readonly E[]): (words: readonly Word[]) => Match<E>[] {
  const { fits, begunBy, stepsAfter } = createAutomaton(vocabulary)
  let matches: Match<E>[] = []

  /** Follows `state`, which the words from `first` to `at` have reached. */
  function follow(state: State<E>, words: readonly Word[], first: number, at: number): void {
    const { next, afterGap, evidence } = state
    for (let i = 0; i < evidence.length; i++) matches.push({ evidence: evidence[i] as E, first, last: at })
    if (next !== undefined && isInSentence(words, first, at + 1)) {
      const { states } = stepsAfter(next, (words[at + 1] as Word).spelling)
      for (let i = 0; i < states.length; i++) follow(states[i] as State<E>, words, first, at + 1)
    }
    if (afterGap !== undefined) followGap(afterGap, words, first, at)
  }

  function followGap(edges: Edges<E>, words: readonly Word[], first: number, at: number): void {
    let reached = NONE
    for (let i = at + 1; i <= at + 1 + GAP_WORDS; i++) {
      if (!isInSentence(words, first, i)) return
      const { states, places } = stepsAfter(edges, (words[i] as Word).spelling)
      if (states.length === 0) continue
      for (let k = 0; k < states.length; k++) {
        if (!reached.includes(places[k] as number)) follow(states[k] as State<E>, words, first, i)
      }
      reached = reached.length === 0 ? places : [...reached, ...places]
    }
  }

  return (words) => {
    matches = []
    for (let i = 0; i < words.length; i++) fits.read((words[i] as Word).spelling)
    for (let first = 0; first < words.length; first++) {
      if (fits.canBegin(words, first)) follow(begunBy((words[first] as Word).spelling), words, first, first)
    }
    return withoutMasked(matches)
  }
}

const NONE: readonly number[] = []

function isInSentence(words: readonly Word[], first: number, at: number): boolean {
  return at < words.length && (words[at] as Word).sentence === (words[first] as Word).sentence
}

/** Drops matches within a masking phrase. Matches are ordered by `first`, so one pass suffices. */
function withoutMasked<E extends Matchable>(matches: Match<E>[]): Match<E>[] {
  const masks = matches.filter((match) => match.evidence.masks === true)
  if (masks.length === 0) return matches
  let next = 0
  let maskedUntil = -1
  return matches.filter((match) => {
    for (let mask = masks[next]; mask !== undefined && mask.first <= match.first; mask = masks[++next]) {
      maskedUntil = Math.max(maskedUntil, mask.last)
    }
    return match.evidence.masks === true || match.last > maskedUntil
  })
}
