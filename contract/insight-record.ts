import type { ModelUsage, Reason } from '../domain/analysis.ts'
import type { Insight, Stage } from '../domain/insight.ts'
import type { Intent, NextAction, Priority } from '../domain/vocabulary.ts'
import type { Sql } from '../lib/postgres/connect.ts'

/** A row of `insights`: triage writes it, insights reads it, check constraints enforce the vocabulary. */
export interface InsightRecord {
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
             to_jsonb(tags) as tags, reasons, language, analyzer, usage, created_at, updated_at`
}

export function toInsight(record: InsightRecord): Insight {
  const { id, generation, stage, intent, priority, confidence, tags, reasons, language, analyzer } = record
  return {
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
    createdAt: record.created_at,
    updatedAt: record.updated_at,
  }
}
