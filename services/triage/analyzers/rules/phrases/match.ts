import type { Evidence } from '../evidence/evidence.ts'
import type { Word } from '../reading/note-words.ts'
import { createAutomaton, NO_STATE } from './automaton.ts'
import { GAP_WORDS } from './phrase.ts'
import { AFTER_GAP, HAS_EVIDENCE, NEXT, PLACE, ROW } from './state-rows.ts'

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
  const { fits, states, evidenceOfWord, evidenceOf, stateAfter, severalStates } = createAutomaton(vocabulary)
  let matches: Match<E>[] = []

  function add(evidence: readonly E[], first: number, last: number): void {
    for (let i = 0; i < evidence.length; i++) matches.push({ evidence: evidence[i] as E, first, last })
  }

  /** Follows the edges in a row of a table, which the words from `first` to `at` have reached. */
  function follow(table: Int32Array, row: number, words: readonly Word[], first: number, at: number): void {
    const next = table[row + NEXT] as number
    if (next !== 0 && isInSentence(words, first, at + 1)) {
      const { spelling } = words[at + 1] as Word
      if (fits.mayFit(spelling, table, row + NEXT)) {
        const state = stateAfter(next, (words[first] as Word).spelling, spelling)
        if (state >= 0) followState(state, words, first, at + 1)
        else if (state !== NO_STATE) for (const one of severalStates(state)) followState(one, words, first, at + 1)
      }
    }
    if (table[row + AFTER_GAP] !== 0) followGap(table, row + AFTER_GAP, words, first, at)
  }

  function followState(state: number, words: readonly Word[], first: number, at: number): void {
    const row = state * ROW
    if (states[row + HAS_EVIDENCE] !== 0) add(evidenceOf(state), first, at)
    follow(states, row, words, first, at)
  }

  function followGap(table: Int32Array, edges: number, words: readonly Word[], first: number, at: number): void {
    const id = table[edges] as number
    let reached = NONE
    for (let i = at + 1; i <= at + 1 + GAP_WORDS; i++) {
      if (!isInSentence(words, first, i)) return
      const { spelling } = words[i] as Word
      if (!fits.mayFit(spelling, table, edges)) continue
      const state = stateAfter(id, (words[first] as Word).spelling, spelling)
      if (state === NO_STATE) continue
      const after = state >= 0 ? [state] : severalStates(state)
      for (const one of after) if (!reached.includes(placeOf(one))) followState(one, words, first, i)
      reached = [...reached, ...after.map(placeOf)]
    }
  }

  function placeOf(state: number): number {
    return states[state * ROW + PLACE] as number
  }

  return (words) => {
    matches = []
    for (let i = 0; i < words.length; i++) fits.read((words[i] as Word).spelling)
    for (let first = 0; first < words.length; first++) {
      if (!fits.canBegin(words, first)) continue
      const { spelling } = words[first] as Word
      if (fits.isPhrase(spelling)) add(evidenceOfWord(spelling), first, first)
      follow(fits.rows, spelling * ROW, words, first, first)
    }
    return withoutMasked(matches)
  }
}

/** The places that a gap has led to. */
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
