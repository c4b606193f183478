import { z } from 'zod'
import { timeSchema } from '../../contract/time.ts'
import { DeadLetterReason, DeadLetterState } from './dead-letter.ts'

/** The fields of a request that filter dead letters, in the words of the contract. */
export const filterFields = {
  reason: z.enum(DeadLetterReason, { error: oneOf(DeadLetterReason) }).optional(),
  state: z.enum(DeadLetterState, { error: oneOf(DeadLetterState) }).default(DeadLetterState.Dead),
  failed_after: timeSchema.optional(),
  failed_before: timeSchema.optional(),
}

function oneOf(words: Readonly<Record<string, string>>): string {
  return `must be one of ${Object.values(words).join(', ')}`
}
