import type { Sql, SqlFragment } from '../../../lib/postgres/connect.ts'
import type { InsightFilter } from './insight-filter.ts'
import type { Rank } from './order.ts'

/** Facets as `insight_facets` of db/migrations/018 makes them: an insight has all of `all`, and one of each group. */
export interface FacetQuery {
  readonly all: readonly string[]
  readonly anyOf: readonly (readonly string[])[]
}

/** The facets of a filter. What they do not express, such as exact bounds, must be checked by column. */
export function facetsOf(filter: InsightFilter, rank: Rank): FacetQuery {
  const group = (prefix: string, values: readonly string[]) => values.map((value) => `${prefix}:${value}`)
  const groups = [
    group('p', rank === '' ? filter.priorities : [rank]),
    group('i', filter.intents),
    group('n', filter.nextActions),
    group('s', filter.stages),
    group('l', filter.languages),
    group('o', filter.sources),
    group('a', filter.analyzers),
    group('c', filter.clients),
    filter.corrected === undefined ? [] : [filter.corrected ? 'k:1' : 'k:0'],
    confidenceFacets(filter),
  ]
  return {
    all: [...filter.tags, ...groups.flatMap((values) => (values.length === 1 ? values : []))],
    anyOf: groups.filter((values) => values.length > 1),
  }
}

export function hasFacets({ all, anyOf }: FacetQuery): boolean {
  return all.length > 0 || anyOf.length > 0
}

function confidenceFacets({ minConfidence, maxConfidence }: InsightFilter): string[] {
  if (minConfidence === undefined && maxConfidence === undefined) return []
  const [first, last] = [Math.floor((minConfidence ?? 0) * 10), Math.floor((maxConfidence ?? 1) * 10)]
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => `q:${first + i}`)
}

export const DAY_MS = 86_400_000

/** The number of the day, in UTC, since 1970. */
export function dayOf(time: Date): number {
  return Math.floor(time.getTime() / DAY_MS)
}

export function startOfDay(day: number): Date {
  return new Date(day * DAY_MS)
}

export function dayFacets(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => `d:${first + i}`)
}

/** The facets of insights `i`. */
export function facetArray(sql: Sql): SqlFragment {
  return sql`insight_facets(
    i.effective_intent, i.effective_priority, i.effective_next_action, i.stage, i.language, i.source, i.analyzer,
    i.client_id, i.tags, i.corrected_at is not null, i.confidence, i.received_at
  )`
}

/** The condition on insights `i`. Found with insights_by_facet only if all of it is in the statement. */
export function facetConditions(sql: Sql, { all, anyOf }: FacetQuery): SqlFragment[] {
  const facets = facetArray(sql)
  return [
    ...(all.length === 0 ? [] : [sql`${facets} @> ${[...all]}::text[]`]),
    ...anyOf.map((group) => sql`${facets} && ${[...group]}::text[]`),
  ]
}
