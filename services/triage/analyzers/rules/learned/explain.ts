import type { Reason } from '../../../../../domain/analysis.ts'
import { Intent, Priority } from '../../../../../domain/vocabulary.ts'
import type { Fact, Finding } from '../findings/finding.ts'
import type { Word } from '../reading/note-words.ts'
import { UNKNOWN } from './feature-table.ts'
import { type FeatureReader, type NoteFeatures, SHARES, wholeFactor } from './features.ts'
import { type Model, ROW_LENGTH } from './model.ts'
import { type Scorer, SUM_STEPS } from './scores.ts'
import { INTENT_OF, VERDICTS } from './verdict.ts'

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

/** Whether a reason only repeats the verdict, which learned weights gave for its words, instead of stating a fact. */
export function isGenericReason(text: string): boolean {
  return GENERIC_TEXTS.has(text)
}

/**
 * Facts that the person on duty needs, whatever they contribute to the verdict, in the order in which they are shown.
 * Other findings follow by their contribution.
 */
const FIRST: readonly Fact[] = [
  'deadline',
  'due-today',
  'due-this-week',
  'due-next-week',
  'standstill',
  'many-affected',
  'data-loss',
  'breach',
  'mass-damage',
  'outage',
  'enterprise',
  'decided',
  'contact-now',
  'no-calls',
  'no-rush',
  'due-in-weeks',
  'far-off',
]
const RANK = new Map<Fact, number>(FIRST.map((fact, i) => [fact, i]))
const LAST = FIRST.length
/** The rank of statements about the whole note, which are shown when nothing narrower is. */
const WHOLE = LAST + 1
/** Intents whose notes need no action: their findings are shown by their contribution alone. */
const NOT_ACTED_ON: readonly Intent[] = [Intent.Spam, Intent.Job]
/**
 * What happens to customers, and is shown whatever it contributes only when the note is P0. Of a buyer the phrases mean
 * something else: 120 guests are not hit by a fault.
 */
const DAMAGE: readonly Fact[] = ['standstill', 'many-affected', 'data-loss', 'breach', 'mass-damage', 'outage']

const MAX_REASONS = 6
/** With fewer findings a generic reason follows. */
const ENOUGH_FINDINGS = 2
/** Minimum contribution of a reason to the log-odds. */
const MIN_WEIGHT = 0.1
/** A span extends over neighbours with at least this fraction of the contribution of its strongest word. */
const NEIGHBOUR_FRACTION = 0.4
const MAX_SPAN_WORDS = 6

interface ClassifiedNote {
  readonly words: readonly Word[]
  readonly findings: readonly Finding[]
  readonly features: NoteFeatures
  /** Of all verdicts. */
  readonly probabilities: Float64Array
  /** Index in {@link VERDICTS}. */
  readonly verdict: number
}

/**
 * Explains a verdict by the facts found in the note, and if there are few, by the words that contribute most. The
 * contribution of a feature is its part of the log-odds of the verdict: weight times value, compared with the mean of the
 * other verdicts weighted by probability. No two reasons share words.
 */
export type Explain = (note: ClassifiedNote) => Reason[]

export function createExplain(model: Model, { reader, wordSums }: Pick<Scorer, 'reader' | 'wordSums'>): Explain {
  // reused for every note
  const gradients = { intent: new Float64Array(VERDICTS.length), priority: new Float64Array(VERDICTS.length) }
  const both = new Float64Array(VERDICTS.length)
  return (note) => {
    computeGradients(gradients, note)
    for (let k = 0; k < both.length; k++) both[k] = (gradients.intent[k] as number) + (gradients.priority[k] as number)
    const reasons = findingReasons(note, (row) => evidenceWeight(row, model, both, note.features), reader)
    if (reasons.length < ENOUGH_FINDINGS) {
      const generic = genericReason(note, { model, wordSums }, gradients.intent, both, reasons)
      if (generic !== undefined) reasons.push(generic)
    }
    return reasons
  }
}

/** The gradients of log P(intent) and of log P(priority | intent) with respect to the scores of the verdicts. */
interface Gradients {
  readonly intent: Float64Array
  readonly priority: Float64Array
}

function computeGradients({ intent, priority }: Gradients, { probabilities, verdict }: ClassifiedNote): void {
  const chosen = INTENT_OF[verdict]
  let ofIntent = 0
  for (let k = 0; k < INTENT_OF.length; k++) if (INTENT_OF[k] === chosen) ofIntent += probabilities[k] as number
  for (let k = 0; k < INTENT_OF.length; k++) {
    const probability = probabilities[k] as number
    const within = INTENT_OF[k] === chosen ? probability / ofIntent : 0
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

/** The contribution of a statement or fact. */
function evidenceWeight(
  row: number,
  { weights, idf, scale }: Model,
  gradient: Float64Array,
  features: NoteFeatures,
): number {
  if (row === UNKNOWN) return 0
  const value = SHARES.evidence * (idf[row] as number) * wholeFactor(features) * features.scale
  return dotRow(gradient, weights, row) * value * scale
}

function dotRow(gradient: Float64Array, weights: Int8Array, row: number): number {
  const base = row * ROW_LENGTH
  let sum = 0
  for (let k = 0; k < gradient.length; k++) sum += (gradient[k] as number) * (weights[base + k] as number)
  return sum
}

interface Candidate extends Reason {
  readonly rank: number
}

/** The findings, those that a person needs first, without any that shares words with one before it. */
function findingReasons(
  { findings, words, verdict }: ClassifiedNote,
  weightOf: (row: number) => number,
  { statementRow, factRow }: Pick<FeatureReader, 'statementRow' | 'factRow'>,
): Reason[] {
  const { intent, priority } = VERDICTS[verdict] ?? { intent: Intent.Other, priority: Priority.P2 }
  const isActedOn = !NOT_ACTED_ON.includes(intent)
  const candidates: Candidate[] = []
  for (const { says, shown, facts, start, end, isWhole } of findings) {
    if (end <= start) continue
    let weight = weightOf(statementRow(says))
    let rank = LAST
    for (const fact of facts) {
      weight += weightOf(factRow(fact))
      const isFirst = isActedOn && (intent !== Intent.Buy || !DAMAGE.includes(fact))
      if (isFirst) rank = Math.min(rank, RANK.get(fact) ?? LAST)
    }
    if (isWhole === true) rank = WHOLE
    const isDamage = facts.some((fact) => DAMAGE.includes(fact))
    const isShownAnyway = rank < LAST && (!isDamage || priority === Priority.P0)
    if (weight < MIN_WEIGHT && !isShownAnyway) continue
    const text = shown ?? says
    candidates.push({ text, start, end, weight: Math.max(0, rounded(weight)), rank })
  }
  candidates.sort((a, b) => a.rank - b.rank || b.weight - a.weight || a.start - b.start)
  const reasons: Reason[] = []
  for (const { text, start, end, weight, rank } of candidates) {
    if (reasons.length === MAX_REASONS || (rank === WHOLE && reasons.length > 0)) break
    if (reasons.some((reason) => reason.text === text || overlaps(reason, { start, end }))) continue
    const span = rank === WHOLE ? { start, end } : widened(start, end, words, reasons)
    reasons.push({ text, ...span, weight })
  }
  return reasons
}

/** Extends a span of a single word over the word before it, or else the word after it, in the same clause and not taken. */
function widened(
  start: number,
  end: number,
  words: readonly Word[],
  taken: readonly Reason[],
): Pick<Reason, 'start' | 'end'> {
  const at = indexOfWord(start, words)
  const word = words[at]
  if (word === undefined || word.end !== end) return { start, end }
  const isFree = (other: Word | undefined): other is Word =>
    other?.clause === word.clause && !taken.some((reason) => overlaps(reason, other))
  const [before, after] = [words[at - 1], words[at + 1]]
  if (isFree(before)) return { start: before.start, end }
  return isFree(after) ? { start, end: after.end } : { start, end }
}

/** The index of the word that starts at an offset, by binary search. */
function indexOfWord(start: number, words: readonly Word[]): number {
  let [low, high] = [0, words.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((words[middle] as Word).start < start) low = middle + 1
    else high = middle
  }
  return low
}

function overlaps(a: Pick<Reason, 'start' | 'end'>, b: Pick<Reason, 'start' | 'end'>): boolean {
  return a.start < b.end && b.start < a.end
}

/** Of rows, and of words by record. */
interface Weights extends Pick<Scorer, 'wordSums'> {
  readonly model: Model
}

/** The strongest span of words that is not part of another reason. Undefined when no words support the verdict. */
function genericReason(
  { words, features, verdict }: ClassifiedNote,
  weights: Weights,
  ofIntent: Float64Array,
  both: Float64Array,
  taken: readonly Reason[],
): Reason | undefined {
  const contributions = contributionsOf(features, weights, both, 0, features.size - 1)
  for (let i = 0; taken.length > 0 && i < features.size; i++) {
    if (taken.some((reason) => overlaps(reason, words[i] as Word))) contributions[i] = Number.NEGATIVE_INFINITY
  }
  const span = strongestSpan(contributions, words)
  if (span === undefined) return undefined
  const { first, last, weight } = span
  const start = words[first]?.start ?? 0
  const end = words[last]?.end ?? 0
  const intentWeight = contributionsOf(features, weights, ofIntent, first, last).reduce((sum, one) => sum + one, 0)
  const { intent, priority } = VERDICTS[verdict] ?? { intent: Intent.Other, priority: Priority.P2 }
  const text = 2 * intentWeight >= weight ? INTENT_TEXT[intent] : PRIORITY_TEXT[priority]
  const wide = first === last ? widened(start, end, words, taken) : { start, end }
  return { text, ...wide, weight: rounded(weight) }
}

/** The contribution of each word from `first` to `last`: its own, and half of those of the pairs that it is in. */
function contributionsOf(
  { size, records, pairs, scale }: NoteFeatures,
  { model, wordSums }: Weights,
  gradient: Float64Array,
  first: number,
  last: number,
): Float64Array {
  const contributions = new Float64Array(last - first + 1)
  const ofPair = (row: number) =>
    row === UNKNOWN ? 0 : dotRow(gradient, model.weights, row) * SHARES.pair * (model.idf[row] as number) * model.scale
  let before = size === 0 ? 0 : ofPair(pairs[first] as number)
  for (let i = first; i <= last; i++) {
    const at = (records[i] as number) * ROW_LENGTH
    let own = 0
    for (let k = 0; k < gradient.length; k++) own += (gradient[k] as number) * (wordSums[at + k] as number)
    const after = ofPair(pairs[i + 1] as number)
    // a pair with the start or the end of the note has one word
    const ofPairs = (i === 0 ? before : before / 2) + (i === size - 1 ? after : after / 2)
    contributions[i - first] = (own / SUM_STEPS + ofPairs) * scale
    before = after
  }
  return contributions
}

function strongestSpan(
  contributions: Float64Array,
  words: readonly Word[],
): { first: number; last: number; weight: number } | undefined {
  let peak = 0
  for (let i = 1; i < contributions.length; i++) {
    if ((contributions[i] as number) > (contributions[peak] as number)) peak = i
  }
  const height = contributions[peak] ?? 0
  if (height < MIN_WEIGHT) return undefined
  const joins = (i: number) =>
    (contributions[i] ?? 0) >= height * NEIGHBOUR_FRACTION && words[i]?.sentence === words[peak]?.sentence
  let [first, last, weight] = [peak, peak, height]
  while (last - first + 1 < MAX_SPAN_WORDS && joins(last + 1)) weight += contributions[++last] ?? 0
  while (last - first + 1 < MAX_SPAN_WORDS && joins(first - 1)) weight += contributions[--first] ?? 0
  return { first, last, weight }
}

function rounded(weight: number): number {
  return Math.round(weight * 100) / 100
}
