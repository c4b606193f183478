import type { Intent } from '../../../../domain/vocabulary.ts'
import type { Fact } from './facts.ts'

/** Something established about a note, whichever detector found it. */
export interface Finding {
  readonly says: string
  readonly start: number
  readonly end: number
  readonly intent: Partial<Record<Intent, number>>
  readonly facts: readonly Fact[]
}
