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
const INTENT_OF = VERDICTS.map(({ intent }) => INTENTS.indexOf(intent))

/** The index of the verdict with the most probable intent and, within it, the most probable priority. */
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
