/*
 * The closed vocabulary of an insight, shared by the database, the contract in `proto/` and every analyzer.
 * `docs/triage.md` defines each value.
 */

export const Intent = {
  Buy: 'buy',
  Support: 'support',
  Spam: 'spam',
  Job: 'job',
  Other: 'other',
} as const
/** What the sender wants. Each note has exactly one. */
export type Intent = (typeof Intent)[keyof typeof Intent]

export const Priority = {
  P0: 'P0',
  P1: 'P1',
  P2: 'P2',
  P3: 'P3',
} as const
/** How soon a person must act: P0 now, P1 today, P2 this week, P3 when there is time or never. */
export type Priority = (typeof Priority)[keyof typeof Priority]

export const NextAction = {
  Call: 'call',
  Email: 'email',
  Qualify: 'qualify',
  Ignore: 'ignore',
} as const
/** What the person on duty does with the lead. */
export type NextAction = (typeof NextAction)[keyof typeof NextAction]

const NEXT_ACTIONS = {
  buy: { P0: 'call', P1: 'email', P2: 'email', P3: 'qualify' },
  support: { P0: 'call', P1: 'email', P2: 'email', P3: 'email' },
  job: { P0: 'email', P1: 'email', P2: 'email', P3: 'ignore' },
  spam: { P0: 'ignore', P1: 'ignore', P2: 'ignore', P3: 'ignore' },
  other: { P0: 'qualify', P1: 'qualify', P2: 'qualify', P3: 'ignore' },
} as const satisfies Record<Intent, Record<Priority, NextAction>>

/** The next action for an intent and a priority. Analyzers do not choose it. */
export function nextActionFor(intent: Intent, priority: Priority): NextAction {
  return NEXT_ACTIONS[intent][priority]
}
