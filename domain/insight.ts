import { parse as parseUuid, v5 as uuidv5 } from 'uuid'
import type { Analysis } from './analysis.ts'
import type { NextAction } from './vocabulary.ts'
import { nextActionFor } from './vocabulary.ts'

export const Stage = {
  /** A quick judgement that a better analyzer may still replace. */
  Provisional: 'provisional',
  Final: 'final',
} as const
export type Stage = (typeof Stage)[keyof typeof Stage]

/** An insight as triage makes it, before it is stored. */
export interface NewInsight extends Omit<Analysis, 'madeBy'> {
  /** UUIDv5 of the lead id: the same however often the lead is triaged. */
  readonly id: string
  readonly leadId: string
  /** The generation of the lead it was made for. */
  readonly generation: number
  readonly stage: Stage
  /** SHA-256 of the note, in hex. */
  readonly contentHash: string
  readonly nextAction: NextAction
  /** `name@version` of the analyzer. */
  readonly analyzer: string
}

/** An insight as it is stored. */
export interface Insight extends NewInsight {
  /** By the database's clock. */
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What an insight is about: a lead's note at one generation. */
export interface InsightSubject {
  readonly leadId: string
  readonly generation: number
  readonly contentHash: string
}

/** The namespace of insight ids; never to be changed, for the ids of stored insights follow from it. */
const INSIGHT_NAMESPACE = parseUuid('6f9c2d0e-3a4b-5c8d-9e1f-7a2b4c6d8e0f')

/** Turns an analyzer's judgement into an insight; the next action follows from the judgement by the table. */
export function createInsight(subject: InsightSubject, stage: Stage, analyzer: string, judged: Analysis): NewInsight {
  const { madeBy, ...analysis } = judged
  return {
    ...analysis,
    ...subject,
    id: uuidv5(subject.leadId, INSIGHT_NAMESPACE),
    stage,
    analyzer: madeBy ?? analyzer,
    nextAction: nextActionFor(analysis.intent, analysis.priority),
  }
}
