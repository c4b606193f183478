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
/** The group of leads without the property, and of all leads if the query does not group them. */
export const ABSENT = '-'

/** The whole period of a query. */
export function periodOf({ edges }: StatsQuery): { from: Date; to: Date } {
  const [from, to] = [edges[0], edges.at(-1)]
  if (from === undefined || to === undefined) throw new Error('a period has at least two edges')
  return { from, to }
}

/** Whether a query counts all leads together, or needs the counts by client, source and language. */
export function needsNames({ sources, clients, languages, breakdown }: StatsQuery): boolean {
  return breakdown !== undefined || sources.length > 0 || clients.length > 0 || languages.length > 0
}

/** The value of a group; undefined for leads without the property and for {@link OTHER}. */
export function valueOfLabel(label: string): string | undefined {
  return label.startsWith('=') ? label.slice(1) : undefined
}

/** The group of leads with a value of the property that the query groups by. */
export function labelOf(value: string | null): string {
  return value === null ? ABSENT : `=${value}`
}

/** An array. A subquery, because the cast would be repeated for each row. */
export function timesSql(sql: Sql, times: readonly Date[]): SqlFragment {
  return sql`(select ${times.map((time) => time.toISOString())}::text[]::timestamptz[])::timestamptz[]`
}
