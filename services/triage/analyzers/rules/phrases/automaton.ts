import type { Evidence } from '../evidence/evidence.ts'
import { objectPerSpelling, type Spelling } from '../reading/spelling.ts'
import { createFitTable, type FitTable } from './fit-table.ts'
import { type Phrase, type Place, parsePhrases } from './phrase.ts'
import { addBitOf, hasBitOf, numbersOf } from './place-bits.ts'
import { createPlaceFinder } from './place-finder.ts'

/*
 * All phrases of a vocabulary as one automaton: a state for each sequence of places that begins a phrase, so that phrases
 * that begin alike are compared once.
 */

export interface State<E> {
  /** The states after a word that fits a place; undefined when there are none. */
  next: Edges<E> | undefined
  /** The same after a gap: up to `GAP_WORDS` words in between. */
  afterGap: Edges<E> | undefined
  /** The evidence of the phrases that end here. */
  readonly evidence: E[]
}

export interface Edges<E> {
  readonly id: number
  /** A set of places as 64 bits, each of which stands for several: tells without a look-up that a word fits none. */
  low: number
  high: number
  /** By the number of the place. */
  readonly states: Map<number, State<E>[]>
}

/** What the words of a spelling fit. */
export interface Fit<E> {
  readonly id: number
  /** The state after a phrase began with the word; undefined when none does. */
  readonly start: State<E> | undefined
  /** The numbers of the places after the first. */
  readonly places: readonly number[]
}

/** The states after a word, and for each the number of the place that the word fits. */
interface Steps<E> {
  readonly states: readonly State<E>[]
  readonly places: readonly number[]
}

export interface Automaton<E> {
  readonly fits: FitTable
  /** The state after a phrase began with a word, for words with which one can begin. */
  begunBy(spelling: Spelling): State<E>
  /** @param spelling has been read into `fits` */
  stepsAfter(edges: Edges<E>, spelling: Spelling): Steps<E>
}

/** Numbers edges and fits. */
let ids = 1

const MEMO_BITS = 14
/** Numbers per slot of the memo, a power of two: the edges, the fit, and whether there are steps. */
const MEMO_ROW = 4

/** Which places of phrases a word fits depends only on its spelling, so this is computed once per spelling. */
export function createAutomaton<E extends Pick<Evidence, 'phrases'>>(vocabulary: readonly E[]): Automaton<E> {
  const root = createState<E>()
  const phrases = vocabulary.flatMap((evidence) =>
    parsePhrases(evidence.phrases).map((phrase) => ({ phrase, evidence })),
  )
  const starts = numbersOf(phrases.map(({ phrase: [first] }) => (first as Phrase[number]).place))
  const followers = numbersOf(phrases.flatMap(({ phrase }) => phrase.slice(1).map(({ place }) => place)))
  for (const { phrase, evidence } of phrases) addPhrase(root, phrase, evidence, starts, followers)
  const placesOf = createPlaceFinder(new Set([...starts.keys(), ...followers.keys()]))
  const createFit = (fitting: readonly Place[]): Fit<E> => {
    const places = fitting.flatMap((place) => followers.get(place) ?? [])
    const begun = fitting.flatMap((place) => root.next?.states.get(starts.get(place) ?? -1) ?? [])
    return { id: ids++, start: merged(begun), places }
  }
  // words that fit the same places have the same list of them
  const fitsByPlaces = new WeakMap<readonly Place[], Fit<E>>()
  const fitOf = objectPerSpelling((spelling) => {
    const fitting = placesOf(spelling)
    const known = fitsByPlaces.get(fitting)
    if (known !== undefined) return known
    const fit = createFit(fitting)
    fitsByPlaces.set(fitting, fit)
    return fit
  })
  const fits = createFitTable(fitOf)

  // Frequent words fit dozens of places, so the steps are kept: the latest for each slot of a table.
  const none: Steps<E> = { states: [], places: [] }
  const memo = new Int32Array(MEMO_ROW * 2 ** MEMO_BITS)
  const memoSteps: Steps<E>[] = new Array(2 ** MEMO_BITS).fill(none)

  function stepsAfter(edges: Edges<E>, spelling: Spelling): Steps<E> {
    if (!fits.mayFit(spelling, edges)) return none
    const { id } = edges
    const fit = fits.idOf(spelling)
    const slot = (Math.imul(id, 0x9e3779b1) ^ Math.imul(fit, 0x85ebca6b)) >>> (32 - MEMO_BITS)
    const at = slot * MEMO_ROW
    if (memo[at] !== id || memo[at + 1] !== fit) {
      const found = findSteps(edges, fitOf(spelling))
      memo[at] = id
      memo[at + 1] = fit
      memo[at + 2] = found.states.length
      memoSteps[slot] = found
    }
    return memo[at + 2] === 0 ? none : (memoSteps[slot] as Steps<E>)
  }

  return { fits, begunBy: (spelling) => fitOf(spelling).start as State<E>, stepsAfter }
}

function findSteps<E>(edges: Edges<E>, fit: Fit<E>): Steps<E> {
  const states: State<E>[] = []
  const places: number[] = []
  for (const place of fit.places) {
    if (!hasBitOf(edges, place)) continue
    for (const state of edges.states.get(place) ?? []) {
      states.push(state)
      places.push(place)
    }
  }
  return { states, places }
}

function createState<E>(): State<E> {
  return { next: undefined, afterGap: undefined, evidence: [] }
}

function createEdges<E>(): Edges<E> {
  return { id: ids++, low: 0, high: 0, states: new Map() }
}

function addPhrase<E>(
  root: State<E>,
  phrase: Phrase,
  evidence: E,
  starts: ReadonlyMap<Place, number>,
  followers: ReadonlyMap<Place, number>,
): void {
  let state = root
  for (const { place, isAfterGap } of phrase) {
    const number = (state === root ? starts : followers).get(place) as number
    const edges = edgesOf(state, isAfterGap)
    const [known] = edges.states.get(number) ?? []
    const after = known ?? createState<E>()
    if (known === undefined) {
      edges.states.set(number, [after])
      addBitOf(edges, number)
    }
    state = after
  }
  state.evidence.push(evidence)
}

function edgesOf<E>(state: State<E>, isAfterGap: boolean): Edges<E> {
  const edges = (isAfterGap ? state.afterGap : state.next) ?? createEdges()
  if (isAfterGap) state.afterGap = edges
  else state.next = edges
  return edges
}

/** One state for several, so that a word that many phrases begin with is followed once. */
function merged<E>(states: readonly State<E>[]): State<E> | undefined {
  const [only] = states
  if (states.length < 2) return only
  const all = createState<E>()
  for (const { next, afterGap, evidence } of states) {
    if (next !== undefined) addEdges(edgesOf(all, false), next)
    if (afterGap !== undefined) addEdges(edgesOf(all, true), afterGap)
    all.evidence.push(...evidence)
  }
  return all
}

function addEdges<E>(to: Edges<E>, from: Edges<E>): void {
  to.low |= from.low
  to.high |= from.high
  for (const [place, states] of from.states) {
    const known = to.states.get(place)
    to.states.set(place, known === undefined ? states : [...known, ...states])
  }
}
