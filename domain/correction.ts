import type { Verdict } from './insight.ts'
import { sha256Hex } from './lead.ts'
import { Intent, NextAction, nextActionFor, Priority } from './vocabulary.ts'

/** In Unicode code points. */
export const MAX_COMMENT_LENGTH = 2_000

/** What a person says about an insight. Parts that are undefined are not said. */
export interface VerdictChange {
  readonly intent?: Intent | undefined
  readonly priority?: Priority | undefined
  readonly nextAction?: NextAction | undefined
  /** Whether the lead is spam. True goes with no other part, false not with the intent spam. */
  readonly spam?: boolean | undefined
}

/** A person's verdict on the insight of a lead. */
export interface Correction {
  /** UUIDv7. */
  readonly id: string
  readonly leadId: string
  readonly verdict: Verdict
  /** What the analyzer had determined by then, with its name, confidence and generation. */
  readonly analyzerVerdict: Verdict
  readonly analyzer: string
  readonly confidence: number
  readonly generation: number
  /** Personal data. */
  readonly comment: string | null
  /** As in the audit log, for example `user:<id>`. */
  readonly actor: string
  /** By the database's clock. Of the corrections of a lead, each is later than the one before. */
  readonly createdAt: Date
}

/**
 * The complete verdict of a person. What was not said stays as it counts now, with two exceptions. The priority of spam
 * says nothing about a lead that is not spam, and vice versa: a lead that becomes spam gets P3, one that no longer is gets
 * P2. And the next action is that of an analyzer if the intent or the priority changes, and always `ignore` for spam.
 *
 * @param current the verdict that counts now
 */
export function completeVerdict(current: Verdict, change: VerdictChange): Verdict {
  const intent = change.intent ?? intentBySpam(current.intent, change.spam)
  const priority = change.priority ?? priorityAfter(current, intent)
  return { intent, priority, nextAction: nextActionAfter(current, { intent, priority }, change.nextAction) }
}

function nextActionAfter(
  current: Verdict,
  { intent, priority }: Omit<Verdict, 'nextAction'>,
  said: NextAction | undefined,
): NextAction {
  if (intent === Intent.Spam) return NextAction.Ignore
  const isSame = intent === current.intent && priority === current.priority
  return said ?? (isSame ? current.nextAction : nextActionFor(intent, priority))
}

function intentBySpam(current: Intent, spam: boolean | undefined): Intent {
  if (spam === true) return Intent.Spam
  return spam === false && current === Intent.Spam ? Intent.Other : current
}

function priorityAfter(current: Verdict, intent: Intent): Priority {
  const [wasSpam, isSpam] = [current.intent === Intent.Spam, intent === Intent.Spam]
  if (wasSpam === isSpam) return current.priority
  return isSpam ? Priority.P3 : Priority.P2
}

/** SHA-256 of a request to correct an insight, in hex: two requests are the same when it is equal. */
export function correctionHash(leadId: string, change: VerdictChange, comment: string | null): string {
  const { intent, priority, nextAction, spam } = change
  return sha256Hex(JSON.stringify([leadId, intent, priority, nextAction, spam, comment]))
}
