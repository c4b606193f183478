import { type InsightRecord, insightColumns, toInsight } from '../../contract/insight-record.ts'
import type { Insight } from '../../domain/insight.ts'
import type { Sql } from '../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../lib/postgres/query-timeout.ts'

/** The reason in the dead letter; values may be added. */
export type FailureReason = 'failed' | 'delivery_limit' | (string & {})

/** What is stored for a lead. */
export interface LookUp {
  readonly insight: Insight | undefined
  readonly leadExists: boolean
  /** Set when the lead is a dead letter and has no insight, not even of an older generation. */
  readonly failure: FailureReason | undefined
}

/** Reads the results of triage. Every method throws AppError `unavailable` when PostgreSQL is unreachable. */
export interface InsightReader {
  /** @returns one result for each lead, in the same order */
  lookUpAll(leadIds: readonly string[]): Promise<LookUp[]>
  /** Returns those of the leads that have an insight or are dead letters. */
  findSettled(leadIds: readonly string[]): Promise<Set<string>>
}

type LookUpRecord = { requested_id: string; lead_exists: boolean; failure: string | null } & (
  | InsightRecord
  | { lead_id: null }
)

const NOTHING: LookUp = { insight: undefined, leadExists: false, failure: undefined }

export function createInsightReader(sql: Sql): InsightReader {
  return {
    lookUpAll: async (leadIds) => {
      const records = await withQueryTimeout(lookUp(sql, leadIds))
      const found = new Map(records.map((record) => [record.requested_id, toLookUp(record)]))
      return leadIds.map((leadId) => found.get(leadId) ?? NOTHING)
    },
    findSettled: async (leadIds) => {
      const ids = [...leadIds]
      const rows = await withQueryTimeout(sql<{ lead_id: string }[]>`
        select lead_id from insights where lead_id = any(${ids}::uuid[])
        union all
        select lead_id from failed_leads where lead_id = any(${ids}::uuid[])`)
      return new Set(rows.map((row) => row.lead_id))
    },
  }
}

/** Primary key look-ups only. Looks for the lead and its dead letter only if there is no insight. */
function lookUp(sql: Sql, leadIds: readonly string[]) {
  return sql<LookUpRecord[]>`
    select requested_id, i.lead_id is not null or lead.present is not null as lead_exists, failed.reason as failure,
           ${insightColumns(sql)}
    from unnest(${[...leadIds]}::uuid[]) as t (requested_id)
    left join insights i on i.lead_id = requested_id
    left join lateral (
      select true as present from lead_generations g where i.lead_id is null and g.lead_id = requested_id limit 1
    ) lead on true
    left join lateral (
      select f.reason from failed_leads f where i.lead_id is null and f.lead_id = requested_id limit 1
    ) failed on true`
}

function toLookUp(record: LookUpRecord): LookUp {
  return {
    insight: record.lead_id === null ? undefined : toInsight(record),
    leadExists: record.lead_exists,
    failure: record.failure ?? undefined,
  }
}
