import type { Insight } from '../../../domain/insight.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import type { InsightFilter } from '../leads/insight-filter.ts'
import { foldedTerm } from '../search/searched-text.ts'
import type { Change } from './read-changes.ts'

/** Whether a change matches a filter. */
export type Matches = (change: Change) => boolean

/** What the filter looks for in text, in the form in which PostgreSQL compares it. */
interface FoldedTerms {
  readonly text: string | undefined
  readonly email: string | undefined
}

/**
 * Prepares a filter for the changes of all watchers, which are matched in memory. The outcome is that of the filter in
 * SQL (search/searched-text.ts): rules for upper and lower case differ between JavaScript and PostgreSQL, so
 * PostgreSQL folds both the terms, once, and the text of the changes (read-changes.ts).
 *
 * @throws AppError `unavailable`
 */
export async function compileFilter(sql: Sql, filter: InsightFilter): Promise<Matches> {
  return createMatcher(filter, await foldTerms(sql, filter))
}

async function foldTerms(sql: Sql, { text, email }: InsightFilter): Promise<FoldedTerms> {
  if (text === undefined && email === undefined) return { text, email }
  const [terms] = await withQueryTimeout(sql<{ text: string | null; email: string | null }[]>`
    select ${foldedTerm(sql, text)} as text,
           subject_email(${email ?? null}::text) as email`)
  return { text: terms?.text ?? undefined, email: terms?.email ?? undefined }
}

function createMatcher(filter: InsightFilter, terms: FoldedTerms): Matches {
  const checks: Matches[] = []
  const oneOf = (values: readonly string[], propertyOf: (insight: Insight, change: Change) => string | null) => {
    if (values.length === 0) return
    const wanted = new Set<string | null>(values)
    checks.push((change) => wanted.has(propertyOf(change.insight, change)))
  }
  oneOf(filter.priorities, ({ priority }) => priority)
  oneOf(filter.intents, ({ intent }) => intent)
  oneOf(filter.nextActions, ({ nextAction }) => nextAction)
  oneOf(filter.stages, ({ stage }) => stage)
  oneOf(filter.languages, ({ language }) => language)
  oneOf(filter.analyzers, ({ analyzer }) => analyzer)
  oneOf(filter.sources, (_, { row }) => row.lead.source)
  oneOf(filter.clients, (_, { row }) => row.clientId)
  const { tags, minConfidence, maxConfidence, corrected, createdAfter, createdBefore } = filter
  if (tags.length > 0) checks.push(({ insight }) => tags.every((tag) => insight.tags.includes(tag)))
  if (minConfidence !== undefined) checks.push(({ insight }) => insight.confidence >= minConfidence)
  if (maxConfidence !== undefined) checks.push(({ insight }) => insight.confidence <= maxConfidence)
  if (corrected !== undefined) checks.push(({ insight }) => (insight.corrected !== undefined) === corrected)
  if (createdAfter !== undefined) checks.push(({ row }) => row.lead.createdAt >= createdAfter)
  if (createdBefore !== undefined) checks.push(({ row }) => row.lead.createdAt < createdBefore)
  const { text, email } = terms
  if (email !== undefined) checks.push((change) => change.emailKey === email)
  if (text !== undefined) checks.push((change) => change.foldedText?.includes(text) === true)
  return (change) => checks.every((check) => check(change))
}
