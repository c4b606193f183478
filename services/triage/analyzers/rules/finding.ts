/** Something established about a note, by any detector. */
export interface Finding {
  readonly says: string
  readonly start: number
  readonly end: number
  readonly facts: readonly Fact[]
}

/**
 * What a piece of evidence establishes about a note, in a form that code can use. Facts are features of the learned
 * model; those that are also tags in docs/triage.md become tags of the insight (`tags.ts`).
 */
export type Fact =
  // deadlines
  | 'due-this-week'
  | 'due-next-week'
  | 'due-in-weeks'
  | 'far-off'
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
