import type { Reason } from '../../../../../domain/analysis.ts'
import { Intent, Priority } from '../../../../../domain/vocabulary.ts'
import type { Finding } from '../finding.ts'
import type { Word } from '../note-words.ts'
import { evidenceHash, type FeatureGroup } from './features.ts'
import type { Model } from './model.ts'
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

export interface Judged {
  readonly words: readonly Word[]
  readonly findings: readonly Finding[]
  readonly groups: readonly FeatureGroup[]
  readonly vector: Vector
  readonly probabilities: Float64Array
  /** Place among the verdicts. */
  readonly verdict: number
}

/**
 * Why the model decided so: for each feature, how far it moved the log-odds of the verdict (weight times value, against
 * the mean of the others as probable as they are), gathered at the words it was read from. The heaviest first.
 */
export function explain(model: Model, judged: Judged): Reason[] {
  const { intent, priority } = VERDICTS[judged.verdict] ?? { intent: Intent.Other, priority: Priority.P2 }
  const moves = movesOf(model, judged)
  const reasons = [
    ...evidenceReasons(model, judged, moves),
    ...spanReasons(wordMoves(judged, moves.intent), judged.words, SPEAKS_FOR_INTENT[intent]),
    ...spanReasons(wordMoves(judged, moves.priority), judged.words, SPEAKS_FOR_PRIORITY[priority]),
  ]
  return reasons.sort((a, b) => b.weight - a.weight || a.start - b.start).slice(0, MOST_REASONS)
}

/** How far each feature of the vector moved the intent, and within the intent the priority. */
interface Moves {
  readonly intent: Float64Array
  readonly priority: Float64Array
}

function movesOf({ weights }: Model, { vector, probabilities, verdict }: Judged): Moves {
  const own = VERDICTS[verdict]?.intent
  const isOwn = VERDICTS.map(({ intent }) => intent === own)
  const ofIntent = VERDICTS.reduce((sum, _, k) => sum + (isOwn[k] ? (probabilities[k] ?? 0) : 0), 0)
  // gradients of log P(intent) and of log P(priority | intent) by the scores of the verdicts
  const within = VERDICTS.map((_, k) => (isOwn[k] ? (probabilities[k] ?? 0) / ofIntent : 0))
  const forIntent = within.map((share, k) => share - (probabilities[k] ?? 0))
  const forPriority = within.map((share, k) => (k === verdict ? 1 : 0) - share)
  return {
    intent: projected(weights, vector, ofLengthTwo(forIntent)),
    priority: projected(weights, vector, ofLengthTwo(forPriority)),
  }
}

/** A sure verdict has a gradient of nearly nothing, and reasons all the same: the parts' sizes are brought to 2. */
function ofLengthTwo(gradient: readonly number[]): Float64Array {
  const size = gradient.reduce((sum, part) => sum + Math.abs(part), 0)
  return Float64Array.from(gradient, (part) => (size === 0 ? 0 : (2 * part) / size))
}

function projected(weights: Float32Array, { rows, values }: Vector, direction: Float64Array): Float64Array {
  const moves = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) {
    const base = (rows[i] as number) * direction.length
    let move = 0
    for (let k = 0; k < direction.length; k++) move += (direction[k] as number) * (weights[base + k] as number)
    moves[i] = move * (values[i] as number)
  }
  return moves
}

/** Gives every word its part of what the features read from it moved. */
function wordMoves({ groups, words, vector }: Judged, moves: Float64Array): Float64Array {
  const ofWord = new Float64Array(words.length)
  let occurrence = 0
  for (const { firsts, lasts } of groups) {
    for (let i = 0; i < firsts.length; i++) {
      const place = vector.places[occurrence++] as number
      const [first, last] = [firsts[i] as number, lasts[i] as number]
      if (place < 0 || first < 0) continue
      const move = (moves[place] as number) / (vector.counts[place] as number) / (last - first + 1)
      for (let word = first; word <= last; word++) ofWord[word] = (ofWord[word] as number) + move
    }
  }
  return ofWord
}

/** The heaviest runs of words. */
function spanReasons(moves: Float64Array, words: readonly Word[], text: string): Reason[] {
  const taken = new Set<number>()
  const byWeight = [...moves.keys()].sort((a, b) => (moves[b] ?? 0) - (moves[a] ?? 0))
  const reasons: Reason[] = []
  for (const peak of byWeight) {
    const height = moves[peak] ?? 0
    if (reasons.length === MOST_SPANS || height < LEAST_WEIGHT) break
    if (taken.has(peak)) continue
    const joins = (word: number) => !taken.has(word) && (moves[word] ?? 0) >= height * NEIGHBOUR_PART
    let [first, last, weight] = [peak, peak, height]
    while (last - first + 1 < LONGEST_SPAN && joins(last + 1)) weight += moves[++last] ?? 0
    while (last - first + 1 < LONGEST_SPAN && joins(first - 1)) weight += moves[--first] ?? 0
    for (let word = first; word <= last; word++) taken.add(word)
    reasons.push({ text, start: words[first]?.start ?? 0, end: words[last]?.end ?? 0, weight: rounded(weight) })
  }
  return reasons
}

/** The findings of the vocabulary, each sentence once, where it stands first. */
function evidenceReasons(model: Model, { findings, vector }: Judged, moves: Moves): Reason[] {
  const bySentence = new Map<string, Reason>()
  for (const { says, facts, start, end } of findings) {
    if (bySentence.has(says) || end <= start) continue
    const rows = [says, ...facts.map((fact) => `fact ${fact}`)].map((name) => model.rowOf(evidenceHash(name)))
    const weight = rows
      .map((row) => vector.rows.indexOf(row))
      .reduce((sum, place) => sum + (moves.intent[place] ?? 0) + (moves.priority[place] ?? 0), 0)
    if (weight >= LEAST_WEIGHT) bySentence.set(says, { text: says, start, end, weight: rounded(weight) })
  }
  return [...bySentence.values()]
}

function rounded(weight: number): number {
  return Math.round(weight * 100) / 100
}
