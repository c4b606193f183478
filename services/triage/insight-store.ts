import { isErased, passGate } from '../../contract/erased-leads.ts'
import type { CorrectedRecord, InsightRecord } from '../../contract/insight-record.ts'
import { insightColumns, toInsight, withCorrection } from '../../contract/insight-record.ts'
import type { Reason } from '../../domain/analysis.ts'
import type { Insight, NewInsight } from '../../domain/insight.ts'
import { Stage } from '../../domain/insight.ts'
import { textArrayLiteral } from '../../lib/postgres/array-types.ts'
import type { Sql } from '../../lib/postgres/connect.ts'
import { createDeadline, withQueryTimeout } from '../../lib/postgres/query-timeout.ts'
import type { WriteFence } from '../../lib/postgres/write-fence.ts'
import { createWriteFence } from '../../lib/postgres/write-fence.ts'
import { forgetAttempts } from './attempt-tracker.ts'
import { LeadErasedError } from './erasure/lead-erased.ts'

/** Where and when a lead came from. Stored with its insight, so that lists can filter and sort by it. */
export interface LeadOrigin {
  readonly clientId: string
  readonly source: string | null
  /** When the lead was committed, by the database's clock. */
  readonly receivedAt: Date
}

export interface InsightRow extends NewInsight {
  readonly origin: LeadOrigin
}

export interface InsightStore {
  /**
   * Stores the insights in one commit. An insight replaces the stored one of its lead only if its generation is higher,
   * or is the same and it turns provisional into final, so a late or repeated message changes nothing. The verdict of a
   * person stays.
   *
   * @returns the insight now stored for each lead, in the order of the insights; LeadErasedError for one whose lead was
   *   erased and which is not stored
   * @throws AppError `unavailable` when PostgreSQL cannot commit
   */
  upsert(insights: readonly InsightRow[]): Promise<(Insight | Error)[]>
}

export function createInsightStore(sql: Sql): InsightStore {
  const fence = createWriteFence(sql)
  return { upsert: (insights) => upsertAndRead(sql, fence, insights) }
}

/**
 * Reads the insights that were not written with a second statement: the snapshot of the first does not include what a
 * concurrent transaction committed while the first waited for its row lock. Most batches need only the first.
 */
async function upsertAndRead(
  sql: Sql,
  fence: WriteFence,
  insights: readonly InsightRow[],
): Promise<(Insight | Error)[]> {
  const deadline = createDeadline()
  const newest = newestPerLead(insights)
  const rows = await fence.write(upsertNewer(sql, newest), deadline)
  const written = new Map(rows.map((row) => [row.lead_id, row]))
  const stored = new Map<string, Insight>()
  for (const insight of newest) {
    const row = written.get(insight.leadId)
    if (row === undefined) continue
    const { origin: _, ...analyzed } = insight
    stored.set(
      insight.leadId,
      withCorrection({ ...analyzed, createdAt: row.created_at, updatedAt: row.updated_at }, row),
    )
  }
  const unchanged = newest.map(({ leadId }) => leadId).filter((leadId) => !stored.has(leadId))
  const records = unchanged.length === 0 ? [] : await withQueryTimeout(findByLeads(sql, unchanged), deadline.leftMs())
  for (const record of records) stored.set(record.lead_id, toInsight(record))
  // nothing else deletes insights
  return insights.map(({ leadId }) => stored.get(leadId) ?? new LeadErasedError(leadId))
}

/** An upsert may touch a row only once, so this keeps the winner of several insights for one lead. */
function newestPerLead(insights: readonly InsightRow[]): InsightRow[] {
  const newest = new Map<string, InsightRow>()
  for (const insight of insights) {
    const other = newest.get(insight.leadId)
    if (other === undefined || supersedes(insight, other)) newest.set(insight.leadId, insight)
  }
  return [...newest.values()]
}

function supersedes(insight: NewInsight, other: NewInsight): boolean {
  if (insight.generation !== other.generation) return insight.generation > other.generation
  return insight.stage === Stage.Final && other.stage === Stage.Provisional
}

/**
 * Stores insights, except of erased leads, and deletes the dead letters of their leads.
 *
 * Rows are sorted by lead, so that concurrent workers lock them in the same order and cannot deadlock. The upsert waits
 * for a row that another worker is writing; its condition then sees what that worker committed.
 *
 * @returns of each row that was written, what is not in the insight
 */
function upsertNewer(sql: Sql, insights: readonly InsightRow[]) {
  return sql<WrittenRecord[]>`
    with ${passGate(sql)}, redriven as (
      delete from dead_letters d
      using unnest(
        ${insights.map((insight) => insight.leadId)}::uuid[],
        ${insights.map((insight) => insight.generation)}::int[]
      ) as t (lead_id, generation)
      where d.lead_id = t.lead_id and d.generation <= t.generation
    ), cleared as (
      ${forgetAttempts(
        sql,
        insights.filter(({ stage }) => stage === Stage.Final).map(({ leadId }) => leadId),
      )}
    )
    insert into insights as stored
      (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags, reasons,
       language, analyzer, usage, client_id, source, received_at)
    select lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence,
           tags::text[], reasons, language, analyzer, usage, client_id, source, received_at
    from unnest(
      ${insights.map((insight) => insight.leadId)}::uuid[],
      ${insights.map((insight) => insight.id)}::uuid[],
      ${insights.map((insight) => insight.generation)}::int[],
      ${insights.map((insight) => insight.stage)}::text[],
      ${insights.map((insight) => insight.contentHash)}::text[],
      ${insights.map((insight) => insight.intent)}::text[],
      ${insights.map((insight) => insight.priority)}::text[],
      ${insights.map((insight) => insight.nextAction)}::text[],
      ${insights.map((insight) => insight.confidence)}::double precision[],
      ${insights.map((insight) => textArrayLiteral(insight.tags))}::text[],
      ${insights.map((insight) => storedReasons(insight.reasons))}::text[]::jsonb[],
      ${insights.map((insight) => insight.language)}::text[],
      ${insights.map((insight) => insight.analyzer)}::text[],
      ${insights.map(({ usage }) => (usage === undefined ? null : JSON.stringify(usage)))}::text[]::jsonb[],
      ${insights.map(({ origin }) => origin.clientId)}::text[],
      ${insights.map(({ origin }) => origin.source)}::text[],
      ${insights.map(({ origin }) => origin.receivedAt.toISOString())}::text[]::timestamptz[]
    ) as t (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags, reasons,
            language, analyzer, usage, client_id, source, received_at)
    where not ${isErased(sql, sql`t.lead_id`)}
    order by lead_id
    on conflict (lead_id) do update set
      generation = excluded.generation, stage = excluded.stage, content_hash = excluded.content_hash,
      intent = excluded.intent, priority = excluded.priority, next_action = excluded.next_action,
      confidence = excluded.confidence, tags = excluded.tags, reasons = excluded.reasons,
      language = excluded.language, analyzer = excluded.analyzer, usage = excluded.usage, updated_at = now(),
      changed_in = excluded.changed_in
    where excluded.generation > stored.generation
       or (excluded.generation = stored.generation and stored.stage = 'provisional' and excluded.stage = 'final')
    returning lead_id, created_at, updated_at, corrected_intent, corrected_priority, corrected_next_action, corrected_at`
}

type WrittenRecord = CorrectedRecord & Pick<InsightRecord, 'lead_id' | 'created_at' | 'updated_at'>

function findByLeads(sql: Sql, leadIds: readonly string[]) {
  return sql<InsightRecord[]>`select ${insightColumns(sql)} from insights where lead_id = any(${[...leadIds]}::uuid[])`
}

function storedReasons(reasons: readonly Reason[]): string {
  return JSON.stringify(reasons.map(({ text, start, end, weight }) => ({ text, start, end, weight })))
}
