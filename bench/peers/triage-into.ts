import type { Sql } from 'postgres'
import { createInsight, Stage } from '../../domain/insight.ts'
import { createRuleAnalyzer } from '../../services/triage/analyzers/rules/rule-analyzer.ts'
import type { LeadJobData } from './rows.ts'

/* A worker's part: not beside what the API does, which needs no analyzer in its memory. */

const analyzer = createRuleAnalyzer()
const neverAborted = new AbortController().signal

export async function triageInto(sql: Sql, { leadId, note, contentHash }: LeadJobData): Promise<void> {
  const analysis = await analyzer.analyze(note, neverAborted)
  const insight = createInsight({ leadId, generation: 1, contentHash }, Stage.Final, analyzer.id, analysis)
  await sql`
    insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags,
                          reasons, language, analyzer)
    values (${leadId}, ${insight.id}, 1, ${insight.stage}, ${contentHash}, ${insight.intent}, ${insight.priority},
            ${insight.nextAction}, ${insight.confidence}, ${[...insight.tags]}, ${JSON.stringify(insight.reasons)}::text::jsonb,
            ${insight.language}, ${insight.analyzer})
    on conflict (lead_id) do nothing`
}
