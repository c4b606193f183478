/**
 * What a piece of evidence can establish about a note, beside the intent it speaks for. `priority.ts` decides by
 * these, and those that are also tags of TRIAGE.md end up on the insight (`tags.ts`).
 */
export type Fact =
  // when something is due
  | 'due-this-week'
  | 'due-next-week'
  | 'due-in-weeks'
  | 'far-off'
  | 'urgent'
  | 'no-rush'
  | 'contact-now'
  // how far a buyer is
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
  // a note that nobody needs to answer
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
