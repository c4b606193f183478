import type { Sql, SqlFragment } from '../../../lib/postgres/connect.ts'
import { containsTerm } from '../search/searched-text.ts'
import type { InsightFilter } from './insight-filter.ts'

/*
 * The filter as SQL. Statements name the tables `i` (insights) and `l` (lead_details).
 */

export function allOf(sql: Sql, conditions: readonly SqlFragment[]): SqlFragment {
  return conditions.reduce((all, condition) => sql`${all} and ${condition}`, sql`true`)
}

/** The conditions on the insight. The created range is that of the position (positions.ts). */
export function insightConditions(sql: Sql, filter: InsightFilter): SqlFragment[] {
  const oneOf = (column: string, values: readonly string[]) =>
    values.length === 0 ? [] : [sql`${sql(column)} = any(${[...values]}::text[])`]
  return [
    ...oneOf('i.effective_priority', filter.priorities),
    ...oneOf('i.effective_intent', filter.intents),
    ...oneOf('i.effective_next_action', filter.nextActions),
    ...oneOf('i.stage', filter.stages),
    ...oneOf('i.language', filter.languages),
    ...oneOf('i.analyzer', filter.analyzers),
    ...oneOf('i.source', filter.sources),
    ...oneOf('i.client_id', filter.clients),
    ...(filter.tags.length === 0 ? [] : [sql`i.tags @> ${[...filter.tags]}::text[]`]),
    ...(filter.minConfidence === undefined ? [] : [sql`i.confidence >= ${filter.minConfidence}`]),
    ...(filter.maxConfidence === undefined ? [] : [sql`i.confidence <= ${filter.maxConfidence}`]),
    ...(filter.corrected === undefined ? [] : [sql`(i.corrected_at is not null) = ${filter.corrected}`]),
  ]
}

/** The conditions on where the lead came from, for a lead without an insight. */
export function waitingConditions(sql: Sql, filter: InsightFilter): SqlFragment[] {
  return [
    ...(filter.sources.length === 0 ? [] : [sql`l.source = any(${[...filter.sources]}::text[])`]),
    ...(filter.clients.length === 0 ? [] : [sql`l.client_id = any(${[...filter.clients]}::text[])`]),
  ]
}

/** The conditions on what people wrote, as one on the id of the lead. */
export function leadExists(sql: Sql, filter: InsightFilter, leadId: SqlFragment): SqlFragment[] {
  if (!filtersLead(filter)) return []
  const conditions = [sql`l.lead_id = ${leadId}`, ...leadConditions(sql, filter)]
  return [sql`exists (select from lead_details l where ${allOf(sql, conditions)})`]
}

/** Whether the filter has conditions on what people wrote. */
export function filtersLead({ email, text }: InsightFilter): boolean {
  return email !== undefined || text !== undefined
}

/** The conditions on what people wrote. */
export function leadConditions(sql: Sql, { email, text }: InsightFilter): SqlFragment[] {
  return [
    ...(email === undefined ? [] : [sql`l.email is not null and subject_email(l.email) = subject_email(${email})`]),
    ...(text === undefined ? [] : [containsTerm(sql, text)]),
  ]
}
