import type { Fact } from '../findings/finding.ts'

/**
 * One thing a note can say, with its usual wordings.
 *
 * `phrases` are separated by `;`, in a notation that `phrase.ts` parses: `price|cost` either word, `licen*` any ending,
 * `#` a number, `#|some` a number or a word, `..` up to three words in between.
 */
export interface Evidence {
  /** A short statement about the sender, shown as a reason. Also a feature of the learned model. */
  readonly says: string
  readonly phrases: string
  readonly facts?: readonly Fact[]
  /** Whether a denial before it ("we don't want to buy", "not urgent") inverts it. */
  readonly deniable?: boolean
  /** Whether it hides other evidence within its own words: "no problem" is not a problem. */
  readonly masks?: boolean
}
