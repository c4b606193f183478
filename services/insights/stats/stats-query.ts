import type { Sql, SqlFragment } from '../../../lib/postgres/connect.ts'

/** What leads are filtered by and grouped by. */
export const Dimension = { Source: 'source', Client: 'client', Language: 'language' } as const
export type Dimension = (typeof Dimension)[keyof typeof Dimension]

export interface StatsQuery {
  /** The start of each interval, in order, and the end of the last one. Whole hours of UTC. */
  readonly edges: readonly Date[]
  /** Empty: all. */
  readonly sources: readonly string[]
  readonly clients: readonly string[]
  readonly languages: readonly string[]
  readonly breakdown?: Dimension | undefined
}

/** The group of leads of all values that have no group of their own. */
export const OTHER = '*'
const ABSENT = '-'

/** The whole period of a query. */
export function periodOf({ edges }: StatsQuery): { from: Date; to: Date } {
  const [from, to] = [edges[0], edges.at(-1)]
  if (from === undefined || to === undefined) throw new Error('a period has at least two edges')
  return { from, to }
}

/** Which roll-ups have what the query filters and groups by: 4 (client), 2 (source) and 1 (language) added up. */
export function dimensionsOf({ sources, clients, languages, breakdown }: StatsQuery): number {
  const client = clients.length > 0 || breakdown === Dimension.Client
  const source = sources.length > 0 || breakdown === Dimension.Source
  const language = languages.length > 0 || breakdown === Dimension.Language
  return 4 * Number(client) + 2 * Number(source) + Number(language)
}

/** The value of a group; undefined for leads without the property and for {@link OTHER}. */
export function valueOfLabel(label: string): string | undefined {
  return label.startsWith('=') ? label.slice(1) : undefined
}

/** The group of a row with the columns client_id, source and language. */
export function labelSql(sql: Sql, { breakdown }: StatsQuery): SqlFragment {
  if (breakdown === undefined) return sql`${ABSENT}`
  const columns = { source: sql`source`, client: sql`client_id`, language: sql`language` }
  return sql`coalesce('=' || ${columns[breakdown]}, ${ABSENT})`
}

/** Whether a row with the columns client_id, source and language matches the filter. */
export function matchesSql(sql: Sql, { sources, clients, languages }: StatsQuery): SqlFragment {
  const isAny = (values: readonly string[], column: SqlFragment) =>
    values.length === 0 ? sql`` : sql`and ${column} = any(${[...values]}::text[])`
  return sql`true ${isAny(sources, sql`source`)} ${isAny(clients, sql`client_id`)} ${isAny(languages, sql`language`)}`
}

/** Whether a row of all rare values together, which has no source and language, may have leads that match the filter. */
export function mayMatchSql(sql: Sql, query: StatsQuery): SqlFragment {
  if (query.sources.length === 0 && query.languages.length === 0) return sql`false`
  return matchesSql(sql, { ...query, sources: [], languages: [] })
}

/** An array. A subquery, because the cast would be repeated for each row. */
export function timesSql(sql: Sql, times: readonly Date[]): SqlFragment {
  return sql`(select ${times.map((time) => time.toISOString())}::text[]::timestamptz[])::timestamptz[]`
}
