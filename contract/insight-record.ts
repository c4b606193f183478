import type { ModelUsage, Reason } from '../domain/analysis.ts'
import type { Insight, NewInsight, Stage } from '../domain/insight.ts'
import type { Intent, NextAction, Priority } from '../domain/vocabulary.ts'
import type { Sql } from '../lib/postgres/connect.ts'

/** The verdict of a person, which outranks the analyzer's. All null if the insight was not corrected. */
export interface CorrectedRecord {
  corrected_intent: Intent | null
  corrected_priority: Priority | null
  corrected_next_action: NextAction | null
  corrected_at: Date | null
}

/** A row of `insights`: triage writes it, insights reads it, check constraints enforce the vocabulary. */
export interface InsightRecord extends CorrectedRecord {
  id: string
  lead_id: string
  generation: number
  stage: Stage
  content_hash: string
  intent: Intent
  priority: Priority
  next_action: NextAction
  confidence: number
  tags: string[]
  reasons: Reason[]
  language: string
  analyzer: string
  usage: ModelUsage | null
  created_at: Date
  updated_at: Date
}

/** The columns of an {@link InsightRecord}, for a select list. */
export function insightColumns(sql: Sql) {
  return sql`id, lead_id, generation, stage, content_hash, intent, priority, next_action, confidence,
             to_jsonb(tags) as tags, reasons, language, analyzer, usage, created_at, updated_at, corrected_intent,
             corrected_priority, corrected_next_action, corrected_at`
}

export function toInsight(record: InsightRecord): Insight {
  const { id, generation, stage, intent, priority, confidence, tags, reasons, language, analyzer } = record
  const analyzed: NewInsight = {
    id,
    leadId: record.lead_id,
    generation,
    stage,
    contentHash: record.content_hash,
    intent,
    priority,
    nextAction: record.next_action,
    confidence,
    tags,
    reasons,
    language,
    analyzer,
    ...(record.usage === null ? {} : { usage: record.usage }),
  }
  return withCorrection({ ...analyzed, createdAt: record.created_at, updatedAt: record.updated_at }, record)
}

/** Puts the verdict of a person in the place of the analyzer's. */
export function withCorrection(insight: Insight, record: CorrectedRecord): Insight {
  const { corrected_intent, corrected_priority, corrected_next_action, corrected_at } = record
  if (corrected_intent === null || corrected_priority === null) return insight
  if (corrected_next_action === null || corrected_at === null) return insight
  const { intent, priority, nextAction } = insight
  return {
    ...insight,
    intent: corrected_intent,
    priority: corrected_priority,
    nextAction: corrected_next_action,
    corrected: { analyzerVerdict: { intent, priority, nextAction }, at: corrected_at },
  }
}
