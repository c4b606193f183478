import type { Evidence } from '../evidence/evidence.ts'
import { objectPerSpelling, type Spelling } from '../reading/spelling.ts'
import { createFitTable, type FitTable } from './fit-table.ts'
import { type Phrase, type Place, parsePhrases } from './phrase.ts'
import { createPhraseTree, type Edges, type PhraseTree, type State } from './phrase-tree.ts'
import { hasBitOf, numbersOf } from './place-bits.ts'
import { createPlaceFinder } from './place-finder.ts'
import { createStateRows, type StateRows } from './state-rows.ts'

/*
 * All phrases of a vocabulary as one automaton. What is needed at each word is in tables of integers, one cache line for a
 * word and one for a state: following objects takes a dependent access to memory for each.
 */

/** What the words of a spelling fit. */
export interface Fit<E> {
  /** From 1. */
  readonly id: number
  /** The state after a phrase began with the word; undefined when none does. */
  readonly start: State<E> | undefined
  /** The numbers of the places after the first. */
  readonly places: readonly number[]
}

export interface Automaton<E> {
  readonly fits: FitTable
  readonly states: StateRows
  /** The evidence of the phrases that consist of a word. */
  evidenceOfWord(spelling: Spelling): readonly E[]
  /** The evidence of the phrases that end with a state. */
  evidenceOf(state: number): readonly E[]
  /**
   * The state after a word that may fit a place of the edges, {@link NO_STATE}, or what {@link Automaton.severalStates}
   * takes.
   *
   * @param edges their id
   * @param begun the word that the phrase began with
   */
  stateAfter(edges: number, begun: Spelling, spelling: Spelling): number
  severalStates(result: number): readonly number[]
}

/** Returned instead of the number of a state. Smaller results stand for several states. */
export const NO_STATE = -1
const SEVERAL = -2

const MEMO_BITS = 14
/** Numbers per slot of the memo, a power of two: the edges, the fit and the state. */
const MEMO_ROW = 4

/** Which places of phrases a word fits depends only on its spelling, so this is computed once per spelling. */
export function createAutomaton<E extends Pick<Evidence, 'phrases'>>(vocabulary: readonly E[]): Automaton<E> {
  const phrases = vocabulary.flatMap((evidence) =>
    parsePhrases(evidence.phrases).map((phrase) => ({ phrase, evidence })),
  )
  const firstPlaces = new Set(phrases.map(({ phrase: [first] }) => (first as Phrase[number]).place))
  const starts = new Map([...firstPlaces].map((place, number) => [place, number]))
  const followers = numbersOf(phrases.flatMap(({ phrase }) => phrase.slice(1).map(({ place }) => place)))
  const tree = createPhraseTree(phrases, starts, followers)
  const fitOf = createFits(tree, starts, followers)
  const fits = createFitTable(fitOf)

  /** Merged edges are not in the list of all. */
  function edgesOf(id: number, begun: Spelling): Edges<E> {
    const { next, afterGap } = fitOf(begun).start as State<E>
    return (tree.edges[id] ?? (next?.id === id ? next : afterGap)) as Edges<E>
  }

  // Frequent words fit dozens of places, so the states are kept: the latest for each slot of a table.
  const memo = new Int32Array(MEMO_ROW * 2 ** MEMO_BITS)
  const memoStates: (readonly number[])[] = new Array(2 ** MEMO_BITS).fill([])

  function stateAfter(edges: number, begun: Spelling, spelling: Spelling): number {
    const fit = fits.idOf(spelling)
    const slot = (Math.imul(edges, 0x9e3779b1) ^ Math.imul(fit, 0x85ebca6b)) >>> (32 - MEMO_BITS)
    const at = slot * MEMO_ROW
    if (memo[at] === edges && memo[at + 1] === fit) return memo[at + 2] as number
    const states = statesAfter(edgesOf(edges, begun), fitOf(spelling))
    memo[at] = edges
    memo[at + 1] = fit
    memo[at + 2] = states.length > 1 ? SEVERAL - slot : (states[0] ?? NO_STATE)
    memoStates[slot] = states
    return memo[at + 2] as number
  }

  return {
    fits,
    states: createStateRows(tree.states),
    evidenceOfWord: (spelling) => fitOf(spelling).start?.evidence ?? [],
    evidenceOf: (state) => (tree.states[state] as State<E>).evidence,
    stateAfter,
    severalStates: (result) => memoStates[SEVERAL - result] as readonly number[],
  }
}

function createFits<E>(
  { starts, merged }: PhraseTree<E>,
  startNumbers: ReadonlyMap<Place, number>,
  followers: ReadonlyMap<Place, number>,
): (spelling: Spelling) => Fit<E> {
  const placesOf = createPlaceFinder(new Set([...startNumbers.keys(), ...followers.keys()]))
  let ids = 1
  const createFit = (fitting: readonly Place[]): Fit<E> => {
    const places = fitting.flatMap((place) => followers.get(place) ?? [])
    const begun = fitting.flatMap((place) => starts.get(startNumbers.get(place) ?? -1) ?? [])
    return { id: ids++, start: merged(begun), places }
  }
  // words that fit the same places have the same list of them
  const fitsByPlaces = new WeakMap<readonly Place[], Fit<E>>()
  return objectPerSpelling((spelling) => {
    const fitting = placesOf(spelling)
    const known = fitsByPlaces.get(fitting)
    if (known !== undefined) return known
    const fit = createFit(fitting)
    fitsByPlaces.set(fitting, fit)
    return fit
  })
}

/** The numbers of the states after a word. */
function statesAfter<E>(edges: Edges<E>, fit: Fit<E>): number[] {
  const found: number[] = []
  for (const place of fit.places) {
    if (!hasBitOf(edges.places, place)) continue
    for (const { number } of edges.states.get(place) ?? []) found.push(number as number)
  }
  return found
}
