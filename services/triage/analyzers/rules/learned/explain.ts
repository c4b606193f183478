import type { Reason } from '../../../../../domain/analysis.ts'
import { Intent, Priority } from '../../../../../domain/vocabulary.ts'
import type { Fact, Finding } from '../findings/finding.ts'
import { type Word, wordAt } from '../reading/note-words.ts'
import { UNKNOWN } from './feature-table.ts'
import { MAX_WORDS, type NoteFeatures, SHARES, wholeFactor } from './features.ts'
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
const NEEDED = new Map(FIRST.map((fact, rank) => [fact, { rank, isDamage: DAMAGE.includes(fact) }]))

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

export function createExplain(model: Model, { wordSums }: Pick<Scorer, 'wordSums'>): Explain {
  // reused for every note
  const gradients = { intent: new Float64Array(VERDICTS.length), priority: new Float64Array(VERDICTS.length) }
  const both = new Float64Array(VERDICTS.length)
  return (note) => {
    computeGradients(gradients, note)
    for (let k = 0; k < both.length; k++) both[k] = (gradients.intent[k] as number) + (gradients.priority[k] as number)
    const reasons = findingReasons(note, model, both)
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
function findingReasons(note: ClassifiedNote, model: Model, gradient: Float64Array): Reason[] {
  const candidates = candidatesOf(note, model, gradient)
  candidates.sort((a, b) => a.rank - b.rank || b.weight - a.weight || a.start - b.start)
  const reasons: Reason[] = []
  for (const { text, start, end, weight, rank } of candidates) {
    if (reasons.length === MAX_REASONS || (rank === WHOLE && reasons.length > 0)) break
    if (repeats(reasons, text) || isTaken(reasons, start, end)) continue
    if (rank === WHOLE) reasons.push({ text, start, end, weight })
    else reasons.push(withWidened(text, start, end, weight, note.words, reasons))
  }
  return reasons
}

/** The findings that contribute to the verdict, and those that are shown anyway. */
function candidatesOf(
  { findings, features, verdict }: ClassifiedNote,
  model: Model,
  gradient: Float64Array,
): Candidate[] {
  const { intent, priority } = VERDICTS[verdict] ?? { intent: Intent.Other, priority: Priority.P2 }
  const isActedOn = !NOT_ACTED_ON.includes(intent)
  const { findingRows } = features
  const scale = SHARES.evidence * wholeFactor(features) * features.scale * model.scale
  const candidates: Candidate[] = []
  let next = 0 // index in `findingRows`
  for (let i = 0; i < findings.length; i++) {
    const { says, shown, facts, start, end, isWhole } = findings[i] as Finding
    let weight = evidenceWeight(findingRows[next++] as number, model, gradient)
    let rank = LAST
    let isDamage = false
    for (let j = 0; j < facts.length; j++) {
      weight += evidenceWeight(findingRows[next++] as number, model, gradient)
      const needed = NEEDED.get(facts[j] as Fact)
      if (needed === undefined) continue
      if (needed.isDamage) isDamage = true
      if (isActedOn && (intent !== Intent.Buy || !needed.isDamage)) rank = Math.min(rank, needed.rank)
    }
    weight *= scale
    if (isWhole) rank = WHOLE
    const isShownAnyway = rank < LAST && (!isDamage || priority === Priority.P0)
    if (end <= start || (weight < MIN_WEIGHT && !isShownAnyway)) continue
    candidates.push({ text: shown ?? says, start, end, weight: Math.max(0, rounded(weight)), rank })
  }
  return candidates
}

/** The contribution of a statement or fact before scaling. */
function evidenceWeight(row: number, { weights, idfOf }: Model, gradient: Float64Array): number {
  return row === UNKNOWN ? 0 : dotRow(gradient, weights, row) * idfOf(row)
}

function repeats(reasons: readonly Reason[], text: string): boolean {
  for (let i = 0; i < reasons.length; i++) if ((reasons[i] as Reason).text === text) return true
  return false
}

/** Whether a reason shares words with a span. */
function isTaken(reasons: readonly Reason[], start: number, end: number): boolean {
  for (let i = 0; i < reasons.length; i++) {
    const reason = reasons[i] as Reason
    if (reason.start < end && start < reason.end) return true
  }
  return false
}

/** A reason whose span, if it is a single word, extends over the word before it or else after it, in the same clause and free. */
function withWidened(
  text: string,
  start: number,
  end: number,
  weight: number,
  words: readonly Word[],
  taken: readonly Reason[],
): Reason {
  const at = indexOfWord(start, words)
  const word = wordAt(words, at)
  if (word !== undefined && word.end === end) {
    const [before, after] = [wordAt(words, at - 1), wordAt(words, at + 1)]
    if (isFree(before, word, taken)) return { text, start: before.start, end, weight }
    if (isFree(after, word, taken)) return { text, start, end: after.end, weight }
  }
  return { text, start, end, weight }
}

function isFree(other: Word | undefined, word: Word, taken: readonly Reason[]): other is Word {
  return other !== undefined && other.clause === word.clause && !isTaken(taken, other.start, other.end)
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
  const { size } = features
  const contributions = contributionsOf(features, weights, both, 0, size - 1)
  for (let i = 0; taken.length > 0 && i < size; i++) {
    const { start, end } = words[i] as Word
    if (isTaken(taken, start, end)) contributions[i] = Number.NEGATIVE_INFINITY
  }
  const span = strongestSpan(contributions, size, words)
  if (span === undefined) return undefined
  const { first, last, weight } = span
  const ofIntentOnly = contributionsOf(features, weights, ofIntent, first, last)
  let intentWeight = 0
  for (let i = 0; i <= last - first; i++) intentWeight += ofIntentOnly[i] as number
  const { intent, priority } = VERDICTS[verdict] ?? { intent: Intent.Other, priority: Priority.P2 }
  const text = 2 * intentWeight >= weight ? INTENT_TEXT[intent] : PRIORITY_TEXT[priority]
  const start = words[first]?.start ?? 0
  const end = words[last]?.end ?? 0
  if (first === last) return withWidened(text, start, end, rounded(weight), words, taken)
  return { text, start, end, weight: rounded(weight) }
}

/** Reused: valid until the next call of {@link contributionsOf}. */
const contributions = new Float64Array(MAX_WORDS)

/** The contribution of each word from `first` to `last`: its own, and half of those of the pairs that it is in. */
function contributionsOf(
  { size, records, pairs, scale }: NoteFeatures,
  { model, wordSums }: Weights,
  gradient: Float64Array,
  first: number,
  last: number,
): Float64Array {
  const ofPair = (row: number) =>
    row === UNKNOWN ? 0 : dotRow(gradient, model.weights, row) * SHARES.pair * model.idfOf(row) * model.scale
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
  size: number,
  words: readonly Word[],
): { first: number; last: number; weight: number } | undefined {
  let peak = 0
  for (let i = 1; i < size; i++) if ((contributions[i] as number) > (contributions[peak] as number)) peak = i
  const height = size === 0 ? 0 : (contributions[peak] as number)
  if (height < MIN_WEIGHT) return undefined
  const { sentence } = words[peak] as Word
  const joins = (i: number) =>
    i >= 0 &&
    i < size &&
    (contributions[i] as number) >= height * NEIGHBOUR_FRACTION &&
    (words[i] as Word).sentence === sentence
  let [first, last, weight] = [peak, peak, height]
  while (last - first + 1 < MAX_SPAN_WORDS && joins(last + 1)) weight += contributions[++last] ?? 0
  while (last - first + 1 < MAX_SPAN_WORDS && joins(first - 1)) weight += contributions[--first] ?? 0
  return { first, last, weight }
}

function rounded(weight: number): number {
  return Math.round(weight * 100) / 100
}
