import { Intent, Priority } from '../domain/vocabulary.ts'
import { intentIsRight, stepsOff } from './measures.ts'
import type { Prediction } from './predict.ts'

/** What a mistake costs, in the price of a wrong intent that somebody notices at once. */
const WRONG_INTENT = 1
/** A customer or a buyer in the spam folder is never answered. */
const LOST_IN_SPAM = 10
/** What must be done now and is called P2 or P3 comes too late. */
const TOO_LATE = 4
const STEP_OFF = 0.5

/** The cost of the mistakes in one prediction: 0 when it is right. */
export function costOf(prediction: Prediction): number {
  const { labelled, analysis } = prediction
  const isWanted = labelled.intent === Intent.Buy || labelled.intent === Intent.Support
  if (isWanted && analysis.intent === Intent.Spam) return LOST_IN_SPAM
  const late = labelled.priority === Priority.P0 && stepsOff(prediction) >= 2
  return (intentIsRight(prediction) ? 0 : WRONG_INTENT) + (late ? TOO_LATE : STEP_OFF * stepsOff(prediction))
}
