import { parse as parseUuid, v5 as uuidv5 } from 'uuid'
import type { Analysis } from './analysis.ts'
import type { NextAction } from './vocabulary.ts'
import { nextActionFor } from './vocabulary.ts'

export const Stage = {
  /** A quick result that a better analyzer may still replace. */
  Provisional: 'provisional',
  Final: 'final',
} as const
export type Stage = (typeof Stage)[keyof typeof Stage]

/** An insight before it is stored. */
export interface NewInsight extends Omit<Analysis, 'madeBy'> {
  /** UUIDv5 of the lead id: stays the same when the lead is triaged again. */
  readonly id: string
  readonly leadId: string
  /** The generation of the lead that was analyzed. */
  readonly generation: number
  readonly stage: Stage
  /** SHA-256 of the note, in hex. */
  readonly contentHash: string
  readonly nextAction: NextAction
  /** `name@version` of the analyzer. */
  readonly analyzer: string
}

/** What the sender wants, how soon someone must act, and how. */
export type Verdict = Pick<NewInsight, 'intent' | 'priority' | 'nextAction'>

/** A stored insight. Intent, priority and next action are a person's if one corrected it. */
export interface Insight extends NewInsight {
  /** By the database's clock. */
  readonly createdAt: Date
  readonly updatedAt: Date
  /** Set if a person corrected the insight. */
  readonly corrected?: {
    /** What the analyzer determined. */
    readonly analyzerVerdict: Verdict
    /** When a person last corrected it, by the database's clock. */
    readonly at: Date
  }
}

/** What an insight is about: a lead's note at one generation. */
export interface InsightSubject {
  readonly leadId: string
  readonly generation: number
  readonly contentHash: string
}

/** The namespace of insight ids. Must not change: the ids of stored insights are derived from it. */
const INSIGHT_NAMESPACE = parseUuid('6f9c2d0e-3a4b-5c8d-9e1f-7a2b4c6d8e0f')

/** Builds an insight from an analysis; intent and priority determine the next action. */
export function createInsight(subject: InsightSubject, stage: Stage, analyzer: string, result: Analysis): NewInsight {
  const { madeBy, ...analysis } = result
  return {
    ...analysis,
    ...subject,
    id: uuidv5(subject.leadId, INSIGHT_NAMESPACE),
    stage,
    analyzer: madeBy ?? analyzer,
    nextAction: nextActionFor(analysis.intent, analysis.priority),
  }
}
