/**
 * The closed vocabulary of an insight. The database, the contract in `proto/` and every
 * analyzer use these words and no others; `docs/triage.md` says what each one means.
 */

export const Intent = {
  Buy: 'buy',
  Support: 'support',
  Spam: 'spam',
  Job: 'job',
  Other: 'other',
} as const
/** What the sender wants from us. A note has exactly one. */
export type Intent = (typeof Intent)[keyof typeof Intent]

export const Priority = {
  P0: 'P0',
  P1: 'P1',
  P2: 'P2',
  P3: 'P3',
} as const
/** How soon a person must move: P0 now, P1 today, P2 this week, P3 when there is time or never. */
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

/** The action that follows from intent and priority: an analyzer never chooses it. */
export function nextActionFor(intent: Intent, priority: Priority): NextAction {
  return NEXT_ACTIONS[intent][priority]
}
