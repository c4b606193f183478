import type { Evidence } from '../evidence/evidence.ts'
import type { Word } from '../reading/note-words.ts'
import { objectPerSpelling } from '../reading/spelling.ts'
import { GAP_WORDS, type Phrase, type Place, parsePhrases } from './phrase.ts'
import { createPlaceFinder } from './place-finder.ts'

/** The part of evidence that a matcher needs. */
type Matchable = Pick<Evidence, 'phrases' | 'masks'>

/** An occurrence of evidence, from word `first` to word `last`, both inclusive. */
export interface Match<E extends Matchable = Evidence> {
  readonly evidence: E
  readonly first: number
  readonly last: number
}

/**
 * All phrases of a vocabulary as one automaton: a state for each sequence of places that begins a phrase, so that phrases
 * that begin alike are compared once.
 */
interface State<E> {
  /** The states after a word that fits a place. */
  readonly next: Edges<E>
  /** The same after a gap: up to {@link GAP_WORDS} words in between. */
  readonly afterGap: Edges<E>
  /** The evidence of the phrases that end here. */
  readonly evidence: E[]
}

interface Edges<E> {
  readonly id: number
  /** By the number of the place. */
  readonly states: Map<number, State<E>[]>
  /** The bits of the places, see {@link Fit}: tells without a look-up that a word fits none of them. */
  mask: number
}

/** What the words of a spelling fit. */
interface Fit<E> {
  readonly id: number
  /** The state after a phrase began with the word; undefined when none does. */
  readonly start: State<E> | undefined
  /** The numbers of the places after the first, and for each a bit in a mask; different places may share a bit. */
  readonly places: readonly number[]
  readonly mask: number
}

/**
 * Prepares a vocabulary and returns a function that finds it in notes.
 *
 * Which places of phrases a word fits depends only on its spelling, so this is computed once per spelling, and most words
 * of a note fit none. A gap ends at the nearest word that fits, without backtracking, so the work for each word is bounded
 * by the number of phrases that can start with it.
 */
export function createMatcher<E extends Matchable>(vocabulary: readonly E[]): (words: readonly Word[]) => Match<E>[] {
  const root = createState<E>()
  const starts = new Map<Place, number>()
  const followers = new Map<Place, number>()
  for (const evidence of vocabulary) {
    for (const phrase of parsePhrases(evidence.phrases)) addPhrase(root, phrase, evidence, starts, followers)
  }
  const placesOf = createPlaceFinder(new Set([...starts.keys(), ...followers.keys()]))
  const createFit = (fitting: readonly Place[]): Fit<E> => {
    if (fitting.length === 0) return FITS_NONE as Fit<E>
    const places: number[] = []
    const states: State<E>[] = []
    let mask = 0
    for (const place of fitting) {
      const follower = followers.get(place)
      if (follower !== undefined) {
        places.push(follower)
        mask |= bitOf(follower)
      }
      const begun = root.next.states.get(starts.get(place) ?? -1)?.[0]
      if (begun !== undefined) states.push(begun)
    }
    return { id: ids++, start: merged(states), places, mask }
  }
  // words that fit the same places have the same list of them
  const fitsByPlaces = new WeakMap<readonly Place[], Fit<E>>()
  const fitOf = objectPerSpelling((spelling) => {
    const fitting = placesOf(spelling)
    const fit = fitsByPlaces.get(fitting) ?? createFit(fitting)
    fitsByPlaces.set(fitting, fit)
    return fit
  })

  let matches: Match<E>[] = []
  /** What the words of the note fit. */
  const fits: Fit<E>[] = []

  /** Follows `state`, which the words from `first` to `at` have reached. */
  function follow(state: State<E>, words: readonly Word[], first: number, at: number): void {
    const { next, afterGap, evidence } = state
    for (let i = 0; i < evidence.length; i++) matches.push({ evidence: evidence[i] as E, first, last: at })
    if (next.mask !== 0 && isInSentence(words, first, at + 1) && leads(next, fits[at + 1] as Fit<E>)) {
      for (const place of (fits[at + 1] as Fit<E>).places) followAll(next.states.get(place), words, first, at + 1)
    }
    if (afterGap.mask !== 0) followGap(afterGap, words, first, at)
  }

  function followAll(states: readonly State<E>[] | undefined, words: readonly Word[], first: number, at: number): void {
    if (states !== undefined) for (let i = 0; i < states.length; i++) follow(states[i] as State<E>, words, first, at)
  }

  function followGap(edges: Edges<E>, words: readonly Word[], first: number, at: number): void {
    let reached: number[] | undefined
    for (let i = at + 1; i <= at + 1 + GAP_WORDS; i++) {
      if (!isInSentence(words, first, i)) return
      const fit = fits[i] as Fit<E>
      if (!leads(edges, fit)) continue
      for (const place of fit.places) {
        const after = edges.states.get(place)
        if (after === undefined || reached?.includes(place)) continue
        reached = reached === undefined ? [place] : [...reached, place]
        followAll(after, words, first, i)
      }
    }
  }

  return (words) => {
    matches = []
    for (let i = 0; i < words.length; i++) fits[i] = fitOf((words[i] as Word).spelling)
    for (let first = 0; first < words.length; first++) {
      const { start } = fits[first] as Fit<E>
      if (start !== undefined) follow(start, words, first, first)
    }
    return withoutMasked(matches)
  }
}

/** Numbers states' edges and spellings' fits, for {@link leads}. */
let ids = 1
const FITS_NONE: Fit<never> = { id: 0, start: undefined, places: [], mask: 0 }

const MEMO_BITS = 15
/** Larger than any id of a process. */
const MAX_IDS = 2 ** 26
const memoKeys = new Float64Array(2 ** MEMO_BITS)
const memoResults = new Uint8Array(2 ** MEMO_BITS)

/**
 * Whether a word fits a place that leads on. Frequent words fit dozens of places, so the results for pairs are kept: the
 * latest for each slot of a table.
 */
function leads<E>(edges: Edges<E>, { id, places, mask }: Fit<E>): boolean {
  if ((mask & edges.mask) === 0) return false
  const key = edges.id * MAX_IDS + id
  const slot = (Math.imul(edges.id, 0x9e3779b1) ^ Math.imul(id, 0x85ebca6b)) >>> (32 - MEMO_BITS)
  if (memoKeys[slot] === key) return memoResults[slot] === 1
  const result = places.some((place) => edges.states.has(place))
  memoKeys[slot] = key
  memoResults[slot] = result ? 1 : 0
  return result
}

function isInSentence(words: readonly Word[], first: number, at: number): boolean {
  return at < words.length && (words[at] as Word).sentence === (words[first] as Word).sentence
}

function createState<E>(): State<E> {
  return { next: createEdges(), afterGap: createEdges(), evidence: [] }
}

function createEdges<E>(): Edges<E> {
  return { id: ids++, states: new Map(), mask: 0 }
}

function addPhrase<E>(
  root: State<E>,
  phrase: Phrase,
  evidence: E,
  starts: Map<Place, number>,
  followers: Map<Place, number>,
): void {
  let state = root
  for (const { place, isAfterGap } of phrase) {
    const numbers = state === root ? starts : followers
    const number = numbers.get(place) ?? numbers.size
    numbers.set(place, number)
    const edges = isAfterGap ? state.afterGap : state.next
    const [known] = edges.states.get(number) ?? []
    const after = known ?? createState<E>()
    if (known === undefined) {
      edges.states.set(number, [after])
      edges.mask |= bitOf(number)
    }
    state = after
  }
  state.evidence.push(evidence)
}

function bitOf(place: number): number {
  return 1 << (place & 31)
}

/** One state for several, so that a word that many phrases begin with is followed once. */
function merged<E>(states: readonly State<E>[]): State<E> | undefined {
  const [only] = states
  if (states.length < 2) return only
  const all = createState<E>()
  for (const { next, afterGap, evidence } of states) {
    addEdges(all.next, next)
    addEdges(all.afterGap, afterGap)
    all.evidence.push(...evidence)
  }
  return all
}

function addEdges<E>(to: Edges<E>, from: Edges<E>): void {
  to.mask |= from.mask
  for (const [place, states] of from.states) {
    const known = to.states.get(place)
    to.states.set(place, known === undefined ? states : [...known, ...states])
  }
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
