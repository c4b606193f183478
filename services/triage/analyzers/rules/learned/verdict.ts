import { Intent, Priority } from '../../../../../domain/vocabulary.ts'

/** An intent with a priority that TRIAGE.md knows for it. */
export interface Verdict {
  readonly intent: Intent
  readonly priority: Priority
}

const ALWAYS_P3: readonly Intent[] = [Intent.Spam, Intent.Job]

/** Every verdict there is, in the order in which the model keeps their weights: spam and job are always P3. */
export const VERDICTS: readonly Verdict[] = Object.values(Intent).flatMap((intent) =>
  (ALWAYS_P3.includes(intent) ? [Priority.P3] : Object.values(Priority)).map((priority) => ({ intent, priority })),
)

/** The place of a verdict among {@link VERDICTS}. */
export function verdictIndex(intent: Intent, priority: Priority): number {
  return VERDICTS.findIndex((verdict) => verdict.intent === intent && verdict.priority === priority)
}

const INTENTS = Object.values(Intent)
/** For each verdict the place of its intent. */
const INTENT_OF = VERDICTS.map(({ intent }) => INTENTS.indexOf(intent))

/** The most probable intent, and of its priorities the most probable. */
export function mostProbable(probabilities: ArrayLike<number>): number {
  const ofIntent = new Float64Array(INTENTS.length)
  for (let i = 0; i < INTENT_OF.length; i++) {
    const intent = INTENT_OF[i] as number
    ofIntent[intent] = (ofIntent[intent] as number) + (probabilities[i] ?? 0)
  }
  let best = 0
  for (let i = 1; i < INTENT_OF.length; i++) {
    const intent = INTENT_OF[i] as number
    const now = INTENT_OF[best] as number
    const ahead = (ofIntent[intent] as number) - (ofIntent[now] as number)
    if (ahead > 0 || (now === intent && (probabilities[i] ?? 0) > (probabilities[best] ?? 0))) best = i
  }
  return best
}
