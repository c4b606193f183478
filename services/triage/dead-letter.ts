import { timeSchema } from '../../contract/time.ts'
import { oneOf } from '../../lib/errors/request-schema.ts'

/** A lead that triage dead-lettered or parked. */
export interface DeadLetter {
  readonly leadId: string
  /** The generation of the lead that failed. */
  readonly generation: number
  readonly reason: DeadLetterReason
  /** The error of the last attempt. */
  readonly error: string
  /** How often triage attempted the lead; reset to 0 by a redrive. */
  readonly attempts: number
  readonly firstFailedAt: Date
  readonly lastFailedAt: Date
  /** When the lead is retried, by the database's clock; null unless it is parked. */
  readonly retryAt: Date | null
}

/** The same values as the `reason` of the mailbox's `DeadLetterCause`. */
export const DeadLetterReason = { Failed: 'failed', DeliveryLimit: 'delivery_limit', Parked: 'parked' } as const
export type DeadLetterReason = (typeof DeadLetterReason)[keyof typeof DeadLetterReason]

/** A dead lead is retried only if it is redriven, a parked one at its `retryAt`. */
export const DeadLetterState = { Dead: 'dead', Parked: 'parked', All: 'all' } as const
export type DeadLetterState = (typeof DeadLetterState)[keyof typeof DeadLetterState]

export interface DeadLetterFilter {
  readonly reason: DeadLetterReason | undefined
  readonly state: DeadLetterState
  /** The last failure was at or after this time. */
  readonly failedAfter: Date | undefined
  /** The last failure was before this time. */
  readonly failedBefore: Date | undefined
}

/** The request fields that filter dead letters. */
export const filterFields = {
  reason: oneOf(DeadLetterReason).optional(),
  state: oneOf(DeadLetterState).default(DeadLetterState.Dead),
  failed_after: timeSchema.optional(),
  failed_before: timeSchema.optional(),
}
