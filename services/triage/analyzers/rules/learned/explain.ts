import type { Reason } from '../../../../../domain/analysis.ts'
import { Intent, Priority } from '../../../../../domain/vocabulary.ts'
import type { Finding } from '../finding.ts'
import type { Word } from '../note-words.ts'
import { type FeatureGroups, type FeatureReader, factName } from './features.ts'
import { type Model, ROW_LENGTH } from './model.ts'
import type { Vector } from './vector.ts'
import { VERDICTS } from './verdict.ts'

/** What the words of a note say when they speak for an intent. */
const SPEAKS_FOR_INTENT: Readonly<Record<Intent, string>> = {
  buy: 'sounds like somebody who wants to buy',
  support: 'sounds like a customer who needs help',
  spam: 'sounds like an unwanted offer or a fraud',
  job: 'sounds like somebody who wants to work for us',
  other: 'sounds like neither buyer nor customer',
}
const SPEAKS_FOR_PRIORITY: Readonly<Record<Priority, string>> = {
  P0: 'sounds as if somebody must act now',
  P1: 'sounds as if somebody must act today',
  P2: 'sounds as if it can wait some days',
  P3: 'sounds as if nobody needs to hurry',
}

const MOST_REASONS = 6
const MOST_SPANS = 3
/** Words that moved the log-odds less are left out. */
const LEAST_WEIGHT = 0.1
/** A span grows over neighbours that moved it at least this part as much as its heaviest word. */
const NEIGHBOUR_PART = 0.4
const LONGEST_SPAN = 5

interface Judged {
  readonly words: readonly Word[]
  readonly findings: readonly Finding[]
  readonly groups: FeatureGroups
  readonly vector: Vector
  readonly probabilities: Float64Array
  /** Place among the verdicts. */
  readonly verdict: number
}

/**
 * Why the model decided so: for each feature, how far it moved the log-odds of the verdict (weight times value, against
 * the mean of the others as probable as they are), gathered at the words it was read from. The heaviest first.
 */
export type Explain = (judged: Judged) => Reason[]

export function createExplain(model: Model, evidenceRow: FeatureReader['evidenceRow']): Explain {
  // filled anew for each note
  const ofFeatures = createMoves(1_024)
  const ofWords = createMoves(256)
  const directions = createMoves(VERDICTS.length)
  return (judged) => {
    const { intent, priority } = VERDICTS[judged.verdict] ?? { intent: Intent.Other, priority: Priority.P2 }
    pointTowards(directions, judged)
    moveFeatures(ofFeatures, model, directions, judged)
    moveWords(ofWords, judged, ofFeatures)
    const reasons = [
      ...evidenceReasons(judged, ofFeatures, evidenceRow),
      ...spanReasons(ofWords.intent, judged.words, SPEAKS_FOR_INTENT[intent]),
      ...spanReasons(ofWords.priority, judged.words, SPEAKS_FOR_PRIORITY[priority]),
    ]
    return reasons.sort((a, b) => b.weight - a.weight || a.start - b.start).slice(0, MOST_REASONS)
  }
}

/** How far each feature of the vector, each word or each verdict's score moves the intent, and within it the priority. */
interface Moves {
  intent: Float64Array
  priority: Float64Array
}

function createMoves(room: number): Moves {
  return { intent: new Float64Array(room), priority: new Float64Array(room) }
}

/** Sets the first `size` to 0. */
function clear(moves: Moves, size: number): void {
  if (size > moves.intent.length) Object.assign(moves, createMoves(2 * size))
  else {
    moves.intent.fill(0, 0, size)
    moves.priority.fill(0, 0, size)
  }
}

function moveFeatures(moves: Moves, { weights, scale }: Model, towards: Moves, judged: Judged): void {
  const { size, rows, values } = judged.vector
  clear(moves, size)
  const verdicts = VERDICTS.length
  for (let i = 0; i < size; i++) {
    const base = (rows[i] as number) * ROW_LENGTH
    let intent = 0
    let priority = 0
    for (let k = 0; k < verdicts; k++) {
      const weight = weights[base + k] as number
      intent += (towards.intent[k] as number) * weight
      priority += (towards.priority[k] as number) * weight
    }
    const value = (values[i] as number) * scale
    moves.intent[i] = intent * value
    moves.priority[i] = priority * value
  }
}

/** The gradients of log P(intent) and of log P(priority | intent) by the scores of the verdicts. */
function pointTowards({ intent, priority }: Moves, { probabilities, verdict }: Judged): void {
  const own = VERDICTS[verdict]?.intent
  const isOwn = (k: number) => VERDICTS[k]?.intent === own
  let ofIntent = 0
  for (let k = 0; k < probabilities.length; k++) if (isOwn(k)) ofIntent += probabilities[k] as number
  for (let k = 0; k < probabilities.length; k++) {
    const probability = probabilities[k] as number
    const within = isOwn(k) ? probability / ofIntent : 0
    intent[k] = within - probability
    priority[k] = (k === verdict ? 1 : 0) - within
  }
  bringToLengthTwo(intent)
  bringToLengthTwo(priority)
}

/** A sure verdict has a gradient of nearly nothing, and reasons all the same: the parts' sizes are brought to 2. */
function bringToLengthTwo(gradient: Float64Array): void {
  let size = 0
  for (const part of gradient) size += Math.abs(part)
  for (let k = 0; k < gradient.length; k++) gradient[k] = size === 0 ? 0 : (2 * (gradient[k] as number)) / size
}

/** Gives every word its part of what the features read from it moved. */
function moveWords(ofWords: Moves, { groups, words, vector: { places, counts } }: Judged, ofFeatures: Moves): void {
  clear(ofWords, words.length)
  let occurrence = 0
  for (const { size, firsts, lasts } of Object.values(groups)) {
    for (let i = 0; i < size; i++) {
      const place = places[occurrence++] as number
      const first = firsts[i] as number
      const last = lasts[i] as number
      if (first < 0) continue
      const parts = (counts[place] as number) * (last - first + 1)
      const intent = (ofFeatures.intent[place] as number) / parts
      const priority = (ofFeatures.priority[place] as number) / parts
      for (let word = first; word <= last; word++) {
        ofWords.intent[word] = (ofWords.intent[word] as number) + intent
        ofWords.priority[word] = (ofWords.priority[word] as number) + priority
      }
    }
  }
}

/** The heaviest runs of words. */
function spanReasons(moves: Float64Array, words: readonly Word[], text: string): Reason[] {
  const taken = new Uint8Array(words.length)
  const reasons: Reason[] = []
  while (reasons.length < MOST_SPANS) {
    const peak = heaviest(moves, taken)
    const height = peak < 0 ? 0 : (moves[peak] as number)
    if (height < LEAST_WEIGHT) break
    const joins = (word: number) => taken[word] === 0 && (moves[word] as number) >= height * NEIGHBOUR_PART
    let [first, last, weight] = [peak, peak, height]
    while (last - first + 1 < LONGEST_SPAN && joins(last + 1)) weight += moves[++last] ?? 0
    while (last - first + 1 < LONGEST_SPAN && joins(first - 1)) weight += moves[--first] ?? 0
    taken.fill(1, first, last + 1)
    reasons.push({ text, start: words[first]?.start ?? 0, end: words[last]?.end ?? 0, weight: rounded(weight) })
  }
  return reasons
}

/** The first of the heaviest words that no span has taken; -1 when all are. */
function heaviest(moves: Float64Array, taken: Uint8Array): number {
  let best = -1
  for (let word = 0; word < taken.length; word++) {
    if (taken[word] === 0 && (best < 0 || (moves[word] as number) > (moves[best] as number))) best = word
  }
  return best
}

/** The findings of the vocabulary, each sentence once, where it stands first. */
function evidenceReasons(judged: Judged, moves: Moves, evidenceRow: FeatureReader['evidenceRow']): Reason[] {
  const weights = evidenceWeights(judged, moves)
  const bySentence = new Map<string, Reason>()
  for (const { says, facts, start, end } of judged.findings) {
    if (bySentence.has(says) || end <= start) continue
    let weight = weights.get(evidenceRow(says)) ?? 0
    for (const fact of facts) weight += weights.get(evidenceRow(factName(fact))) ?? 0
    if (weight >= LEAST_WEIGHT) bySentence.set(says, { text: says, start, end, weight: rounded(weight) })
  }
  return [...bySentence.values()]
}

/** What each feature of the evidence moved, by its row. */
function evidenceWeights({ groups, vector: { places } }: Judged, moves: Moves): Map<number, number> {
  const { rows, size } = groups.evidence
  const before = groups.words.size + groups.pairs.size + groups.letters.size
  const weights = new Map<number, number>()
  for (let i = 0; i < size; i++) {
    const place = places[before + i] as number
    weights.set(rows[i] as number, (moves.intent[place] as number) + (moves.priority[place] as number))
  }
  return weights
}

function rounded(weight: number): number {
  return Math.round(weight * 100) / 100
}
