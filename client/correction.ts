import type { Correction as CorrectionMessage } from '../gen/leadtriage/insights/v1/correction_pb.ts'
import { type Insight, toVerdict, type Verdict } from './insight.ts'
import type { Intent, NextAction, Priority } from './labels.ts'
import { dateOf, present } from './times.ts'

/** A person's verdict on an insight, which outranks the analyzer's. The latest of a lead counts. */
export interface Correction {
  /** UUIDv7. */
  readonly id: string
  readonly leadId: string
  readonly verdict: Verdict
  /** What the analyzer had determined by then. */
  readonly analyzerVerdict: Verdict
  /** As name@version. */
  readonly analyzer: string
  /** The confidence of the analyzer, 0 to 1. */
  readonly confidence: number
  /** The generation of the insight that was corrected. */
  readonly generation: number
  /** Needs the scope `leads:read`. */
  readonly comment?: string | undefined
  /** Who corrected, for example `user:<id>` or `key:<id>`. */
  readonly actor: string
  /** By the database's clock. */
  readonly createdAt: Date
}

/** What a person determined. Parts that are left out stay as they count now. At least one besides the comment. */
export interface NewCorrection {
  readonly intent?: Intent | undefined
  readonly priority?: Priority | undefined
  /** Default: follows from intent and priority. */
  readonly nextAction?: NextAction | undefined
  /** true: spam, P3 and ignore, and no other part may be set. false: not spam. */
  readonly spam?: boolean | undefined
  /** Why, at most 2,000 characters. */
  readonly comment?: string | undefined
}

export interface StoredCorrection {
  readonly correction: Correction
  /** As it is now. */
  readonly insight: Insight
  /** True when an earlier call, or an earlier attempt of this one, stored the correction. */
  readonly replayed: boolean
}

export function toCorrection(message: CorrectionMessage): Correction {
  const { $typeName, $unknown, verdict, analyzerVerdict, createdAt, ...same } = message
  return {
    ...same,
    verdict: toVerdict(present(verdict)),
    analyzerVerdict: toVerdict(present(analyzerVerdict)),
    createdAt: dateOf(present(createdAt)),
  }
}
