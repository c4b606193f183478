/** Why a lead has no insight. */
export interface DeadLetter {
  readonly leadId: string
  /** The lead's generation that failed. */
  readonly generation: number
  readonly reason: DeadLetterReason
  /** What the last try ended with. */
  readonly error: string
  /** How often triage tried it; 0 again after a redrive. */
  readonly attempts: number
  readonly firstFailedAt: Date
  readonly lastFailedAt: Date
  /** When the lead is tried again, by the database's clock; null when it is dead. */
  readonly retryAt: Date | null
}

/** The same words as the mailbox's `DeadLetterCause`. */
export const DeadLetterReason = { Failed: 'failed', DeliveryLimit: 'delivery_limit', Parked: 'parked' } as const
export type DeadLetterReason = (typeof DeadLetterReason)[keyof typeof DeadLetterReason]

/** Which letters are asked for: a dead one is tried again only when somebody redrives it, a parked one at its time. */
export const DeadLetterState = { Dead: 'dead', Parked: 'parked', All: 'all' } as const
export type DeadLetterState = (typeof DeadLetterState)[keyof typeof DeadLetterState]

export interface DeadLetterFilter {
  readonly reason: DeadLetterReason | undefined
  readonly state: DeadLetterState
  /** The last failure was then or later. */
  readonly failedAfter: Date | undefined
  /** The last failure was earlier. */
  readonly failedBefore: Date | undefined
}
