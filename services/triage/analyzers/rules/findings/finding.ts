/** Something established about a note, by any detector. */
export interface Finding {
  /** A statement with few variants: a feature of the learned model, and the text of a reason unless `shown` is given. */
  readonly says: string
  /** The statement with what is special about this note, for people only: "needs it by Friday 13 March 2026". */
  readonly shown: string | undefined
  /** Whether it is about the note as a whole, whatever its span. */
  readonly isWhole: boolean
  readonly start: number
  readonly end: number
  readonly facts: readonly Fact[]
}

/** Creates findings, all with the same properties in the same order: V8 reads objects of several kinds more slowly. */
export function createFinding(
  { says, shown, isWhole = false }: { says: string; shown?: string | undefined; isWhole?: boolean },
  start: number,
  end: number,
  facts: readonly Fact[],
): Finding {
  return { says, shown, isWhole, start, end, facts }
}

/**
 * What a piece of evidence establishes about a note, in a form that code can use. Facts are features of the learned
 * model; those that are also tags in docs/triage.md become tags of the insight (`tags.ts`).
 */
export type Fact =
  // deadlines; a date introduced by "by" or the like has `deadline` and its distance
  | 'deadline'
  | 'due-today'
  | 'due-this-week'
  | 'due-next-week'
  | 'due-in-weeks'
  | 'far-off'
  | 'past-day'
  | 'urgent'
  | 'no-rush'
  | 'contact-now'
  | 'no-calls'
  // how far a buyer has come
  | 'concrete'
  | 'decided'
  | 'exploring'
  | 'nothing-needed'
  // what happened to a customer
  | 'many-affected'
  | 'standstill'
  | 'data-loss'
  | 'breach'
  | 'mass-damage'
  | 'blocked'
  | 'how-to'
  | 'minor'
  | 'routine'
  | 'resolved'
  // notes that need no answer
  | 'thanks'
  | 'greeting'
  | 'misdirected'
  | 'automatic'
  // tags
  | 'enterprise'
  | 'pricing'
  | 'demo'
  | 'trial'
  | 'renewal'
  | 'churn-risk'
  | 'outage'
  | 'security'
  | 'billing'
  | 'legal'
  | 'press'
  | 'partner'
  | 'injection'
  | 'test'
