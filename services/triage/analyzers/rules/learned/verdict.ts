import { Intent, Priority } from '../../../../../domain/vocabulary.ts'

/** A combination of intent and priority that docs/triage.md allows. */
export interface Verdict {
  readonly intent: Intent
  readonly priority: Priority
}

const ALWAYS_P3: readonly Intent[] = [Intent.Spam, Intent.Job]

/** All verdicts, in the order of their weights in the model. Spam and job are always P3. */
export const VERDICTS: readonly Verdict[] = Object.values(Intent).flatMap((intent) =>
  (ALWAYS_P3.includes(intent) ? [Priority.P3] : Object.values(Priority)).map((priority) => ({ intent, priority })),
)

/** The index of a verdict in {@link VERDICTS}. */
export function verdictIndex(intent: Intent, priority: Priority): number {
  return VERDICTS.findIndex((verdict) => verdict.intent === intent && verdict.priority === priority)
}

const INTENTS = Object.values(Intent)
/** For each verdict, the index of its intent. */
export const INTENT_OF = VERDICTS.map(({ intent }) => INTENTS.indexOf(intent))

/**
 * What the probability of an intent is multiplied with before intents are compared. A customer in the spam folder never
 * gets an answer, and one taken for a passer-by waits too long; the opposite mistakes cost a glance. The values are those
 * with the best cross-validated recall of urgent notes that cost no accuracy.
 */
const DECISION_WEIGHTS: Readonly<Record<Intent, number>> = { buy: 1, support: 1, spam: 0.4, job: 1, other: 0.7 }
/**
 * The share of an intent's probability that priorities up to the chosen one must reach. Below one half, because a note
 * answered too late costs more than one answered too early.
 */
const PRIORITY_QUANTILE = 0.4

const WEIGHT_OF = Float64Array.from(INTENTS, (intent) => DECISION_WEIGHTS[intent])
const ofIntent = new Float64Array(INTENTS.length) // reused for every note

/**
 * The index of the verdict to give: the intent with the largest weighted probability and, within it, the highest priority
 * that together with those above it reaches {@link PRIORITY_QUANTILE}.
 */
export function decide(probabilities: ArrayLike<number>): number {
  ofIntent.fill(0)
  for (let i = 0; i < INTENT_OF.length; i++) {
    const intent = INTENT_OF[i] as number
    ofIntent[intent] = (ofIntent[intent] as number) + (probabilities[i] ?? 0)
  }
  let best = 0
  for (let i = 1; i < ofIntent.length; i++) if (weighted(i) > weighted(best)) best = i
  let sum = 0
  let verdict = INTENT_OF.indexOf(best)
  // the verdicts of an intent are next to each other, from the highest priority to the lowest
  for (; INTENT_OF[verdict + 1] === best; verdict++) {
    sum += probabilities[verdict] ?? 0
    if (sum >= PRIORITY_QUANTILE * (ofIntent[best] as number)) break
  }
  return verdict
}

function weighted(intent: number): number {
  return (WEIGHT_OF[intent] as number) * (ofIntent[intent] as number)
}
