import type { Insight } from '../../domain/insight.ts'
import { answered } from '../../lib/postgres/answered.ts'
import type { Sql } from '../../lib/postgres/connect.ts'
import { type InsightRecord, insightColumns, toInsight } from '../../lib/postgres/insight-record.ts'

/** Reads what triage stored. Every method throws AppError `unavailable` when the database cannot be reached. */
export interface InsightReader {
  /** The insights of the leads, in their order. */
  findAll(leadIds: readonly string[]): Promise<(Insight | undefined)[]>
  leadExists(leadId: string): Promise<boolean>
  /** Which of the leads have an insight. */
  haveInsights(leadIds: readonly string[]): Promise<Set<string>>
}

export function createInsightReader(sql: Sql): InsightReader {
  return {
    findAll: async (leadIds) => {
      const records = await answered(
        sql<InsightRecord[]>`select ${insightColumns(sql)} from insights where lead_id = any(${[...leadIds]}::uuid[])`,
      )
      const found = new Map(records.map((record) => [record.lead_id, toInsight(record)]))
      return leadIds.map((leadId) => found.get(leadId))
    },
    leadExists: async (leadId) => {
      const rows = await answered(sql`select from lead_generations where lead_id = ${leadId}`)
      return rows.length > 0
    },
    haveInsights: async (leadIds) => {
      const rows = await answered(
        sql<{ lead_id: string }[]>`select lead_id from insights where lead_id = any(${[...leadIds]}::uuid[])`,
      )
      return new Set(rows.map((row) => row.lead_id))
    },
  }
}
