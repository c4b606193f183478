import type { Sql } from 'postgres'
import { createInsight, Stage } from '../../domain/insight.ts'
import { contentHash } from '../../domain/lead.ts'
import { createRuleAnalyzer } from '../../services/triage/analyzers/rules/rule-analyzer.ts'
import type { AnsweredLead } from './ledger.ts'

/** A row of `leads` with the result of triage. */
export interface StoredLead extends AnsweredLead {
  readonly key: string
  readonly insights: number
  /** Whether the insight was written exactly once, for the first generation of the lead. */
  readonly insightIsOriginal: boolean
  /** Whether the insight is what the analyzer returns for this note. */
  readonly insightIsOfNote: boolean
  /** Dead letters. */
  readonly deadLetters: number
  /** Parked leads, which will be retried. */
  readonly parkedLetters: number
}

interface Row extends Omit<StoredLead, 'createdAt' | 'insightIsOriginal' | 'insightIsOfNote'> {
  readonly created_at: Date
  readonly generation: number
  readonly insight: Record<string, unknown> | null
}

const analyzer = createRuleAnalyzer()

/** Reads all leads. Requires services that use the rules, which always return the same result for a note. */
export async function readStoredLeads({ sql }: { readonly sql: Sql }): Promise<StoredLead[]> {
  const rows = await sql<Row[]>`
    select l.id, l.idempotency_key as key, l.email, l.phone, l.name, l.note, l.source, l.created_at, l.generation,
           (select count(*) from insights i where i.lead_id = l.id)::int as insights,
           (select to_jsonb(i) from insights i where i.lead_id = l.id limit 1) as insight,
           (select count(*) from dead_letters d where d.lead_id = l.id and d.retry_at is null)::int as "deadLetters",
           (select count(*) from dead_letters d where d.lead_id = l.id and d.retry_at is not null)::int as "parkedLetters"
    from leads l`
  return Promise.all(
    rows.map(async ({ created_at: createdAt, generation, insight, ...lead }) => ({
      ...lead,
      createdAt: createdAt.toISOString(),
      insightIsOriginal: insight !== null && generation === 1 && wasWrittenOnce(insight),
      insightIsOfNote: insight !== null && isEqual(insight, await expectedInsight({ ...lead, created_at: createdAt })),
    })),
  )
}

function wasWrittenOnce(insight: Record<string, unknown>): boolean {
  return insight.generation === 1 && insight.stage === Stage.Final && insight.created_at === insight.updated_at
}

/** The insight that triage stores for a note, by column. */
async function expectedInsight({
  id,
  note,
  created_at: receivedAt,
}: Pick<Row, 'id' | 'note' | 'created_at'>): Promise<Record<string, unknown>> {
  const subject = { leadId: id, generation: 1, contentHash: contentHash(note) }
  const analysis = await analyzer.analyze({ note, receivedAt }, new AbortController().signal)
  const { nextAction, ...insight } = createInsight(subject, Stage.Final, analyzer.id, analysis)
  const { contentHash: content_hash, intent, priority, confidence, tags, language, analyzer: by } = insight
  return {
    id: insight.id,
    content_hash,
    intent,
    priority,
    next_action: nextAction,
    confidence,
    tags,
    language,
    analyzer: by,
  }
}

function isEqual(stored: Record<string, unknown>, expected: Record<string, unknown>): boolean {
  return Object.entries(expected).every(([column, value]) => JSON.stringify(stored[column]) === JSON.stringify(value))
}

/** Ids of leads that do not exist but have an insight or dead letter. */
export async function readStrays({ sql }: { readonly sql: Sql }): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select lead_id as id from insights i where not exists (select from leads l where l.id = i.lead_id)
    union all
    select lead_id from dead_letters d where not exists (select from leads l where l.id = d.lead_id)`
  return rows.map(({ id }) => id)
}
