import type { Reason } from '../domain/analysis.ts'
import { isGenericReason } from '../services/triage/analyzers/rules/learned/explain.ts'
import type { Prediction } from './predict.ts'
import { meanOf, shareOf } from './shares.ts'

/**
 * How much the reasons explain. A reason is generic when its text only repeats the verdict ("sounds like …"); any other
 * states a fact. Shares are from 0 to 1.
 */
export interface ReasonMeasures {
  /** Mean number of reasons of a note. */
  readonly per_note: number
  /** Share of generic reasons. Null without reasons, as the next one. */
  readonly generic: number | null
  /** Share of reasons whose span is a single word: characters without white space. */
  readonly on_one_word: number | null
  /** Share of notes with a reason that states a fact. */
  readonly notes_with_fact: number
  readonly notes_without_reason: number
  /** Number of notes in which two reasons have the same span. */
  readonly duplicated_spans: number
  /** Number of notes in which the spans of two reasons share a character, those with the same span included. */
  readonly overlapping_spans: number
}

export function reasonMeasures(predictions: readonly Prediction[]): ReasonMeasures {
  const perNote = predictions.map(({ analysis }) => analysis.reasons)
  const texts = predictions.flatMap(({ labelled: { note }, analysis }) =>
    analysis.reasons.map(({ start, end }) => note.slice(start, end)),
  )
  return {
    per_note: meanOf(perNote, ({ length }) => length) ?? 0,
    generic: shareOf(perNote.flat(), ({ text }) => isGenericReason(text)),
    on_one_word: shareOf(texts, (text) => /^\S+$/.test(text)),
    notes_with_fact: shareOf(perNote, (reasons) => reasons.some(({ text }) => !isGenericReason(text))) ?? 0,
    notes_without_reason: shareOf(perNote, ({ length }) => length === 0) ?? 0,
    duplicated_spans: perNote.filter((reasons) => somePair(reasons, haveSameSpan)).length,
    overlapping_spans: perNote.filter((reasons) => somePair(reasons, overlap)).length,
  }
}

function somePair(reasons: readonly Reason[], holds: (a: Reason, b: Reason) => boolean): boolean {
  return reasons.some((a, i) => reasons.slice(i + 1).some((b) => holds(a, b)))
}

function haveSameSpan(a: Reason, b: Reason): boolean {
  return a.start === b.start && a.end === b.end
}

function overlap(a: Reason, b: Reason): boolean {
  return Math.max(a.start, b.start) < Math.min(a.end, b.end)
}
