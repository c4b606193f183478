import type { Insight as InsightMessage, Verdict as VerdictMessage } from '../gen/leadtriage/insights/v1/insight_pb.ts'
import type {
  InsightFilter as FilterMessage,
  LeadInsight as LeadInsightMessage,
} from '../gen/leadtriage/insights/v1/lead_insight_pb.ts'
import {
  INTENTS,
  type Intent,
  type Known,
  LEAD_STATES,
  type LeadState,
  labelOf,
  NEXT_ACTIONS,
  type NextAction,
  numbersOf,
  PRIORITIES,
  type Priority,
  STAGES,
  type Stage,
} from './labels.ts'
import { type Lead, toLead } from './leads.ts'
import { dateOf, optionalDate, present, timestampOf } from './times.ts'

/** What the sender wants, how soon someone must act, and how. */
export interface Verdict {
  readonly intent: Known<Intent>
  readonly priority: Known<Priority>
  readonly nextAction: Known<NextAction>
}

/** One piece of evidence. */
export interface Reason {
  /** A short English statement, for example `asks for a price`. */
  readonly text: string
  /** The span of the note: first UTF-16 code unit, and one past the last. */
  readonly start: number
  readonly end: number
  /** How much it contributed to the result; the scale depends on the analyzer. */
  readonly weight: number
}

/** The result of triaging a lead. */
export interface Insight extends Verdict {
  /** Stays the same when the insight is replaced. */
  readonly id: string
  readonly leadId: string
  /** SHA-256 of the note, in hex. */
  readonly contentHash: string
  /** Probability, 0 to 1, that intent and priority are both correct. */
  readonly confidence: number
  readonly tags: readonly string[]
  /** What a person needs first in front. */
  readonly reasons: readonly Reason[]
  /** ISO 639-1 code of the note's language, or `und`. */
  readonly language: string
  /** As name@version. */
  readonly analyzer: string
  readonly stage: Known<Stage>
  /** Incremented by each retriage. */
  readonly generation: number
  /** When the first insight of the lead was stored, by the database's clock. */
  readonly createdAt: Date
  /** When the insight was last stored or replaced, by the database's clock. */
  readonly updatedAt: Date
  /** What the analyzer determined, if a person corrected the insight. */
  readonly analyzerVerdict?: Verdict | undefined
  readonly correctedAt?: Date | undefined
}

/** A lead with its insight and its current state. */
export interface LeadInsight {
  /** Without the scope `leads:read`, only `id`, `source` and `createdAt` are set, and the note is empty. */
  readonly lead: Lead
  /** The client that stored the lead. */
  readonly client: string
  readonly state: Known<LeadState>
  readonly insight?: Insight | undefined
  /** Why the lead was dead-lettered: `failed` or `delivery_limit`. */
  readonly deadLetterReason?: string | undefined
}

/**
 * Selects leads that match every given field. A field with several values matches any of them, except `tags`. What a
 * person corrected counts instead of what the analyzer determined.
 */
export interface InsightFilter {
  /** At most 20 values in each list. */
  readonly priorities?: readonly Priority[] | undefined
  readonly intents?: readonly Intent[] | undefined
  readonly nextActions?: readonly NextAction[] | undefined
  readonly stages?: readonly Stage[] | undefined
  /** Matches an insight that has all of these. */
  readonly tags?: readonly string[] | undefined
  /** ISO 639-1 codes, or `und`. */
  readonly languages?: readonly string[] | undefined
  /** As name@version. */
  readonly analyzers?: readonly string[] | undefined
  /** 0 to 1, inclusive. */
  readonly minConfidence?: number | undefined
  readonly maxConfidence?: number | undefined
  /** Whether a person corrected the insight. */
  readonly corrected?: boolean | undefined
  readonly states?: readonly LeadState[] | undefined
  readonly sources?: readonly string[] | undefined
  readonly clients?: readonly string[] | undefined
  /** Leads created at or after this time. */
  readonly createdAfter?: Date | undefined
  /** Leads created before this time. */
  readonly createdBefore?: Date | undefined
  /** The whole email address, in any case. Needs the scope `leads:read`. */
  readonly email?: string | undefined
  /** Text that the note, the name or the address contains: 3 to 200 characters. Needs the scope `leads:read`. */
  readonly text?: string | undefined
}

export function filterMessage(filter: InsightFilter) {
  const { priorities, intents, nextActions, stages, states, createdAfter, createdBefore, ...same } = filter
  return {
    ...same,
    email: filter.email ?? '',
    text: filter.text ?? '',
    tags: [...(filter.tags ?? [])],
    languages: [...(filter.languages ?? [])],
    analyzers: [...(filter.analyzers ?? [])],
    sources: [...(filter.sources ?? [])],
    clients: [...(filter.clients ?? [])],
    priorities: numbersOf(PRIORITIES, priorities) as FilterMessage['priorities'],
    intents: numbersOf(INTENTS, intents) as FilterMessage['intents'],
    nextActions: numbersOf(NEXT_ACTIONS, nextActions) as FilterMessage['nextActions'],
    stages: numbersOf(STAGES, stages) as FilterMessage['stages'],
    states: numbersOf(LEAD_STATES, states) as FilterMessage['states'],
    ...(createdAfter && { createdAfter: timestampOf(createdAfter) }),
    ...(createdBefore && { createdBefore: timestampOf(createdBefore) }),
  }
}

export function toVerdict({ intent, priority, nextAction }: Omit<VerdictMessage, '$typeName'>): Verdict {
  return {
    intent: labelOf(INTENTS, intent),
    priority: labelOf(PRIORITIES, priority),
    nextAction: labelOf(NEXT_ACTIONS, nextAction),
  }
}

export function toInsight(message: InsightMessage): Insight {
  const { $typeName, $unknown, reasons, stage, createdAt, updatedAt, analyzerVerdict, correctedAt, ...same } = message
  return {
    ...same,
    ...toVerdict(message),
    reasons: reasons.map(({ text, start, end, weight }) => ({ text, start, end, weight })),
    stage: labelOf(STAGES, stage),
    createdAt: dateOf(present(createdAt)),
    updatedAt: dateOf(present(updatedAt)),
    analyzerVerdict: analyzerVerdict && toVerdict(analyzerVerdict),
    correctedAt: optionalDate(correctedAt),
  }
}

export function toLeadInsight({ lead, client, state, insight, deadLetterReason }: LeadInsightMessage): LeadInsight {
  return {
    lead: toLead(present(lead)),
    client,
    state: labelOf(LEAD_STATES, state),
    insight: insight && toInsight(insight),
    deadLetterReason: deadLetterReason || undefined,
  }
}
