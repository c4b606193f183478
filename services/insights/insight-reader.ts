import { type InsightRecord, insightColumns, toInsight } from '../../contract/insight-record.ts'
import type { Insight } from '../../domain/insight.ts'
import type { Sql } from '../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../lib/postgres/query-timeout.ts'

/** Why triage failed, as its dead letter says; other words may come. */
export type FailureReason = 'failed' | 'delivery_limit' | (string & {})

/** What there is of a lead. */
export interface LookUp {
  readonly insight: Insight | undefined
  readonly leadExists: boolean
  /** Set when the lead is a dead letter and has no insight, not even of an older generation. */
  readonly failure: FailureReason | undefined
}

/** Reads what triage stored. Every method throws AppError `unavailable` when the database cannot be reached. */
export interface InsightReader {
  /** What there is of each lead, in their order. */
  lookUpAll(leadIds: readonly string[]): Promise<LookUp[]>
  /** Which of the leads need no more waiting: they have an insight, or are dead letters. */
  findSettled(leadIds: readonly string[]): Promise<Set<string>>
}

type LookUpRecord = { asked: string; lead_exists: boolean; failure: string | null } & (
  | InsightRecord
  | { lead_id: null }
)

const NOTHING: LookUp = { insight: undefined, leadExists: false, failure: undefined }

export function createInsightReader(sql: Sql): InsightReader {
  return {
    lookUpAll: async (leadIds) => {
      const records = await withQueryTimeout(lookUp(sql, leadIds))
      const found = new Map(records.map((record) => [record.asked, toLookUp(record)]))
      return leadIds.map((leadId) => found.get(leadId) ?? NOTHING)
    },
    findSettled: async (leadIds) => {
      const asked = [...leadIds]
      const rows = await withQueryTimeout(sql<{ lead_id: string }[]>`
        select lead_id from insights where lead_id = any(${asked}::uuid[])
        union all
        select lead_id from failed_leads where lead_id = any(${asked}::uuid[])`)
      return new Set(rows.map((row) => row.lead_id))
    },
  }
}

/** Look-ups by primary key; the lead and its dead letter are looked up only where there is no insight. */
function lookUp(sql: Sql, leadIds: readonly string[]) {
  return sql<LookUpRecord[]>`
    select asked, i.lead_id is not null or lead.there is not null as lead_exists, failed.reason as failure,
           ${insightColumns(sql)}
    from unnest(${[...leadIds]}::uuid[]) as t (asked)
    left join insights i on i.lead_id = asked
    left join lateral (
      select true as there from lead_generations g where i.lead_id is null and g.lead_id = asked limit 1
    ) lead on true
    left join lateral (
      select f.reason from failed_leads f where i.lead_id is null and f.lead_id = asked limit 1
    ) failed on true`
}

function toLookUp(record: LookUpRecord): LookUp {
  return {
    insight: record.lead_id === null ? undefined : toInsight(record),
    leadExists: record.lead_exists,
    failure: record.failure ?? undefined,
  }
}
