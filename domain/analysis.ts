import type { Intent, Priority } from './vocabulary.ts'

/** One piece of evidence for an analysis; explains the result to people. */
export interface Reason {
  /** A short English statement, for example "asks for a price". */
  readonly text: string
  /** The span of the note: first UTF-16 code unit, and one past the last. */
  readonly start: number
  readonly end: number
  /** How much it contributed to the result; the scale depends on the analyzer. */
  readonly weight: number
}

/** Tokens, time and cost of a call to a language model. */
export interface ModelUsage {
  readonly model: string
  readonly inputTokens: number
  readonly outputTokens: number
  /** From the request to the response, including time spent waiting for capacity. */
  readonly ms: number
  /** In the currency of the configured prices. */
  readonly cost: number
}

/** The result of analyzing one note. */
export interface Analysis {
  readonly intent: Intent
  readonly priority: Priority
  /** Probability, 0 to 1, that a careful person would choose the same intent and the same priority. */
  readonly confidence: number
  /** Short lower-case facts to filter by; sorted, without duplicates. */
  readonly tags: readonly string[]
  /** The evidence, what a person needs first in front; empty when the note has none. */
  readonly reasons: readonly Reason[]
  /** ISO 639-1 code of the note's language, or `und` when undetermined. */
  readonly language: string
  /** Set only when a model was called. */
  readonly usage?: ModelUsage
  /** `name@version` of the analyzer that produced it, when that is not the analyzer that was called. */
  readonly madeBy?: string
}
