import type { Intent, Priority } from './vocabulary.ts'

/** One piece of evidence behind a judgement, for the person who asks "why". */
export interface Reason {
  /** A plain English sentence, for example "asks for a price". */
  readonly text: string
  /** Where in the note the evidence stands: first UTF-16 code unit, and one past the last. */
  readonly start: number
  readonly end: number
  /** How much it moved the judgement; the scale is the analyzer's own, larger moves more. */
  readonly weight: number
}

/** What asking a language model took. */
export interface ModelUsage {
  readonly model: string
  readonly inputTokens: number
  readonly outputTokens: number
  /** From the question to the answer, waiting for the model included. */
  readonly ms: number
  /** In the currency of the configured prices. */
  readonly cost: number
}

/** What an analyzer makes of one note. */
export interface Analysis {
  readonly intent: Intent
  readonly priority: Priority
  /** Probability, 0 to 1, that a careful person would name the same intent and the same priority. */
  readonly confidence: number
  /** Short lower-case facts worth filtering on, sorted, each once. */
  readonly tags: readonly string[]
  /** The strongest evidence first; empty when nothing in the note said anything. */
  readonly reasons: readonly Reason[]
  /** ISO 639-1 code of the note's language, or `und` when it cannot be told. */
  readonly language: string
  /** Only when a model was asked for it. */
  readonly usage?: ModelUsage
  /** `name@version` of who made it, when that is another than the analyzer that was asked. */
  readonly madeBy?: string
}
