import type { Intent } from '../../../../../domain/vocabulary.ts'
import type { Fact } from '../facts.ts'

/**
 * One thing a note can say, in all its usual wordings.
 *
 * `phrases` are separated by `;` and written in a small notation (`phrase.ts` reads it):
 * `price|cost` either word, `licen*` any ending, `#` a number, `..` up to three words in between.
 */
export interface Evidence {
  /** A plain sentence about the sender, for the person who asks "why". */
  readonly says: string
  readonly phrases: string
  /** What it speaks for, and how loudly: 1 leans, 2 speaks, 3 nearly settles it. Negative speaks against. */
  readonly intent?: Partial<Record<Intent, number>>
  readonly facts?: readonly Fact[]
  /** A denial in front ("we don't want to buy", "not urgent") turns it round. */
  readonly deniable?: boolean
  /** Silences the evidence inside its own words: "no problem" is not a problem. */
  readonly masks?: boolean
}
