import type { Reason } from '../../../../../domain/analysis.ts'
import { Intent, Priority } from '../../../../../domain/vocabulary.ts'
import type { Finding } from '../finding.ts'
import type { Word } from '../note-words.ts'
import { type FeatureGroups, type FeatureReader, factName } from './features.ts'
import { type Model, ROW_LENGTH } from './model.ts'
import type { Vector } from './vector.ts'
import { VERDICTS } from './verdict.ts'

/** The text of reasons that are words of the note and not findings. */
const INTENT_TEXT: Readonly<Record<Intent, string>> = {
  buy: 'sounds like someone who wants to buy',
  support: 'sounds like a customer who needs help',
  spam: 'sounds like an unwanted offer or fraud',
  job: 'sounds like someone who wants to work for us',
  other: 'sounds like neither a buyer nor a customer',
}
const PRIORITY_TEXT: Readonly<Record<Priority, string>> = {
  P0: 'sounds like someone must act now',
  P1: 'sounds like someone must act today',
  P2: 'sounds like it can wait a few days',
  P3: 'sounds like it is not urgent',
}

const GENERIC_TEXTS: ReadonlySet<string> = new Set([...Object.values(INTENT_TEXT), ...Object.values(PRIORITY_TEXT)])

/** Whether the text of a reason only repeats the verdict, and states no fact about the note. */
export function isGenericReason(text: string): boolean {
  return GENERIC_TEXTS.has(text)
}

const MAX_REASONS = 6
const MAX_SPANS = 3
/** Minimum contribution of a reason to the log-odds. */
const MIN_WEIGHT = 0.1
/** A span extends over neighbours with at least this fraction of the contribution of its strongest word. */
const NEIGHBOUR_FRACTION = 0.4
const MAX_SPAN_WORDS = 5

interface ClassifiedNote {
  readonly words: readonly Word[]
  readonly findings: readonly Finding[]
  readonly groups: FeatureGroups
  readonly vector: Vector
  readonly probabilities: Float64Array
  /** Index in {@link VERDICTS}. */
  readonly verdict: number
}

/**
 * Explains a verdict. Computes the contribution of each feature to the log-odds of the verdict (weight times value,
 * compared with the mean of the other verdicts weighted by probability), and attributes it to the words of the feature.
 * Returns the strongest reasons first.
 */
export type Explain = (note: ClassifiedNote) => Reason[]

export function createExplain(model: Model, evidenceRow: FeatureReader['evidenceRow']): Explain {
  // reused for every note
  const ofFeatures = createContributions(1_024)
  const ofWords = createContributions(256)
  const gradients = createContributions(VERDICTS.length)
  return (note) => {
    const { intent, priority } = VERDICTS[note.verdict] ?? { intent: Intent.Other, priority: Priority.P2 }
    computeGradients(gradients, note)
    attributeToFeatures(ofFeatures, model, gradients, note)
    attributeToWords(ofWords, note, ofFeatures)
    const reasons = [
      ...evidenceReasons(note, ofFeatures, evidenceRow),
      ...spanReasons(ofWords.intent, note.words, INTENT_TEXT[intent]),
      ...spanReasons(ofWords.priority, note.words, PRIORITY_TEXT[priority]),
    ]
    return reasons.sort((a, b) => b.weight - a.weight || a.start - b.start).slice(0, MAX_REASONS)
  }
}

/** Contributions of features, words or verdict scores to the intent, and to the priority within the intent. */
interface Contributions {
  intent: Float64Array
  priority: Float64Array
}

function createContributions(capacity: number): Contributions {
  return { intent: new Float64Array(capacity), priority: new Float64Array(capacity) }
}

/** Sets the first `size` elements to 0. */
function clear(contributions: Contributions, size: number): void {
  if (size > contributions.intent.length) Object.assign(contributions, createContributions(2 * size))
  else {
    contributions.intent.fill(0, 0, size)
    contributions.priority.fill(0, 0, size)
  }
}

function attributeToFeatures(
  ofFeatures: Contributions,
  { weights, scale }: Model,
  gradients: Contributions,
  { vector }: ClassifiedNote,
): void {
  const { size, rows, values } = vector
  clear(ofFeatures, size)
  const verdicts = VERDICTS.length
  for (let i = 0; i < size; i++) {
    const base = (rows[i] as number) * ROW_LENGTH
    let intent = 0
    let priority = 0
    for (let k = 0; k < verdicts; k++) {
      const weight = weights[base + k] as number
      intent += (gradients.intent[k] as number) * weight
      priority += (gradients.priority[k] as number) * weight
    }
    const value = (values[i] as number) * scale
    ofFeatures.intent[i] = intent * value
    ofFeatures.priority[i] = priority * value
  }
}

/** The gradients of log P(intent) and of log P(priority | intent) with respect to the scores of the verdicts. */
function computeGradients({ intent, priority }: Contributions, { probabilities, verdict }: ClassifiedNote): void {
  const chosen = VERDICTS[verdict]?.intent
  const hasChosenIntent = (k: number) => VERDICTS[k]?.intent === chosen
  let ofIntent = 0
  for (let k = 0; k < probabilities.length; k++) if (hasChosenIntent(k)) ofIntent += probabilities[k] as number
  for (let k = 0; k < probabilities.length; k++) {
    const probability = probabilities[k] as number
    const within = hasChosenIntent(k) ? probability / ofIntent : 0
    intent[k] = within - probability
    priority[k] = (k === verdict ? 1 : 0) - within
  }
  normalize(intent)
  normalize(priority)
}

/** Scales a gradient to an L1 norm of 2: the gradient of a confident verdict is nearly 0, but needs reasons as well. */
function normalize(gradient: Float64Array): void {
  let size = 0
  for (const part of gradient) size += Math.abs(part)
  for (let k = 0; k < gradient.length; k++) gradient[k] = size === 0 ? 0 : (2 * (gradient[k] as number)) / size
}

/** Distributes the contribution of each feature evenly over the words it was read from. */
function attributeToWords(
  ofWords: Contributions,
  { groups, words, vector: { places, counts } }: ClassifiedNote,
  ofFeatures: Contributions,
): void {
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

/** The strongest spans of words. */
function spanReasons(contributions: Float64Array, words: readonly Word[], text: string): Reason[] {
  const taken = new Uint8Array(words.length)
  const reasons: Reason[] = []
  while (reasons.length < MAX_SPANS) {
    const peak = strongest(contributions, taken)
    const height = peak < 0 ? 0 : (contributions[peak] as number)
    if (height < MIN_WEIGHT) break
    const joins = (word: number) => taken[word] === 0 && (contributions[word] as number) >= height * NEIGHBOUR_FRACTION
    let [first, last, weight] = [peak, peak, height]
    while (last - first + 1 < MAX_SPAN_WORDS && joins(last + 1)) weight += contributions[++last] ?? 0
    while (last - first + 1 < MAX_SPAN_WORDS && joins(first - 1)) weight += contributions[--first] ?? 0
    taken.fill(1, first, last + 1)
    reasons.push({ text, start: words[first]?.start ?? 0, end: words[last]?.end ?? 0, weight: rounded(weight) })
  }
  return reasons
}

/** The first of the strongest words that is not part of a span; -1 when there is none. */
function strongest(contributions: Float64Array, taken: Uint8Array): number {
  let best = -1
  for (let word = 0; word < taken.length; word++) {
    if (taken[word] === 0 && (best < 0 || (contributions[word] as number) > (contributions[best] as number)))
      best = word
  }
  return best
}

/** The findings of the vocabulary, each statement once, at its first occurrence. */
function evidenceReasons(
  note: ClassifiedNote,
  ofFeatures: Contributions,
  evidenceRow: FeatureReader['evidenceRow'],
): Reason[] {
  const weights = evidenceWeights(note, ofFeatures)
  const byStatement = new Map<string, Reason>()
  for (const { says, facts, start, end } of note.findings) {
    if (byStatement.has(says) || end <= start) continue
    let weight = weights.get(evidenceRow(says)) ?? 0
    for (const fact of facts) weight += weights.get(evidenceRow(factName(fact))) ?? 0
    if (weight >= MIN_WEIGHT) byStatement.set(says, { text: says, start, end, weight: rounded(weight) })
  }
  return [...byStatement.values()]
}

/** The contribution of each evidence feature, by row. */
function evidenceWeights(
  { groups, vector: { places } }: ClassifiedNote,
  ofFeatures: Contributions,
): Map<number, number> {
  const { rows, size } = groups.evidence
  const before = groups.words.size + groups.pairs.size + groups.letters.size
  const weights = new Map<number, number>()
  for (let i = 0; i < size; i++) {
    const place = places[before + i] as number
    weights.set(rows[i] as number, (ofFeatures.intent[place] as number) + (ofFeatures.priority[place] as number))
  }
  return weights
}

function rounded(weight: number): number {
  return Math.round(weight * 100) / 100
}
