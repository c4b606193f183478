import type { Phrase, Place } from './phrase.ts'
import { addBitOf, PLACE_INTEGERS, type PlaceBits } from './place-bits.ts'

/*
 * All phrases of a vocabulary as a tree: a state for each sequence of places that begins a phrase, so that phrases that
 * begin alike are compared once.
 */

export interface State<E> {
  /** Its index in the list of all; undefined for those that `merged` makes. */
  readonly number: number | undefined
  /** The number of the place that leads to it. */
  readonly place: number
  /** The states after a word that fits a place; undefined when there are none. */
  next: Edges<E> | undefined
  /** The same after a gap: up to `GAP_WORDS` words in between. */
  afterGap: Edges<E> | undefined
  /** The evidence of the phrases that end here. */
  readonly evidence: E[]
}

export interface Edges<E> {
  /** From 1. */
  readonly id: number
  /** The places that lead on. */
  readonly places: PlaceBits
  /** By the number of the place. */
  readonly states: Map<number, State<E>[]>
}

export interface PhraseTree<E> {
  /** The states that a phrase can begin with, by the number of the first place. */
  readonly starts: ReadonlyMap<number, readonly State<E>[]>
  readonly states: readonly State<E>[]
  /** By id. */
  readonly edges: readonly (Edges<E> | undefined)[]
  /** One state for several, so that a word that many phrases begin with is followed once. */
  merged(states: readonly State<E>[]): State<E> | undefined
}

/** @param starts the numbers of first places, and @param followers of the others */
export function createPhraseTree<E>(
  phrases: Iterable<{ readonly phrase: Phrase; readonly evidence: E }>,
  starts: ReadonlyMap<Place, number>,
  followers: ReadonlyMap<Place, number>,
): PhraseTree<E> {
  let ids = 1
  const createEdges = (): Edges<E> => ({ id: ids++, places: new Int32Array(PLACE_INTEGERS), states: new Map() })
  const edgesOf = (state: State<E>, isAfterGap: boolean): Edges<E> => {
    const edges = (isAfterGap ? state.afterGap : state.next) ?? createEdges()
    if (isAfterGap) state.afterGap = edges
    else state.next = edges
    return edges
  }

  const states: State<E>[] = []
  const allEdges: Edges<E>[] = []
  const root = createState<E>(undefined, -1)
  for (const { phrase, evidence } of phrases) {
    let state = root
    for (const { place, isAfterGap } of phrase) {
      const number = (state === root ? starts : followers).get(place) as number
      const from = edgesOf(state, isAfterGap)
      allEdges[from.id] = from
      const [known] = from.states.get(number) ?? []
      const after = known ?? createState<E>(states.length, number)
      if (known === undefined) {
        states.push(after)
        from.states.set(number, [after])
        addBitOf(from.places, 0, number)
      }
      state = after
    }
    state.evidence.push(evidence)
  }

  const merged = (several: readonly State<E>[]): State<E> | undefined => {
    const [only] = several
    if (several.length < 2) return only
    const all = createState<E>(undefined, -1)
    for (const { next, afterGap, evidence } of several) {
      if (next !== undefined) addEdges(edgesOf(all, false), next)
      if (afterGap !== undefined) addEdges(edgesOf(all, true), afterGap)
      all.evidence.push(...evidence)
    }
    return all
  }
  return { starts: root.next?.states ?? new Map(), states, edges: allEdges, merged }
}

function createState<E>(number: number | undefined, place: number): State<E> {
  return { number, place, next: undefined, afterGap: undefined, evidence: [] }
}

function addEdges<E>(to: Edges<E>, from: Edges<E>): void {
  for (const [place, states] of from.states) {
    addBitOf(to.places, 0, place)
    to.states.set(place, [...(to.states.get(place) ?? []), ...states])
  }
}
