import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import { countInsightsSql, countUnsettledSql } from './count-insights.ts'
import type { Counts } from './figures.ts'
import { countsLeadsSql } from './measures.ts'
import type { StatsQuery } from './stats-query.ts'
import { labelSql, matchesSql, OTHER, timesSql } from './stats-query.ts'

/** Groups that have figures of their own; the leads of the others are counted together. */
const MAX_GROUPS = 10

/** The counts of one interval and group. */
export interface StatsCell {
  /** Index of the interval. */
  readonly interval: number
  /** `-` without a breakdown, see `stats-query.ts`. */
  readonly label: string
  readonly counts: Counts
}

export interface StatsStore {
  /** The database's clock. */
  now(): Promise<Date>
  /** @returns only intervals and groups with leads; the leads of all but the largest groups have the label `*` */
  count(query: StatsQuery): Promise<StatsCell[]>
}

export function createStatsStore(sql: Sql): StatsStore {
  return {
    now: async () => {
      const [row] = await withQueryTimeout(sql<{ now: Date }[]>`select now()`)
      if (row === undefined) throw new Error('no row')
      return row.now
    },
    count: async (query) => {
      const rows = await withQueryTimeout(countSql(sql, query))
      return rows.map(({ interval, label, counts }) => ({ interval, label, counts: countsOf(counts) }))
    },
  }
}

interface Row {
  interval: number
  label: string
  counts: Readonly<Record<string, number>>
}

function countSql(sql: Sql, query: StatsQuery) {
  const [from, to] = [query.edges[0], query.edges.at(-1)]
  if (from === undefined || to === undefined) throw new Error('a period has at least two edges')
  const period = sql`(values (${from}::timestamptz, ${to}::timestamptz))`
  return sql<Row[]>`
    with cells as materialized (
      select width_bucket(hour, ${timesSql(sql, query.edges)}) - 1 as interval, ${labelSql(sql, query)} as label, key,
             sum(n) as n
      from (
        select * from (${countInsightsSql(sql, period)}) as insights
        union all
        select * from (${countUnsettledSql(sql, from, to)}) as unsettled
      ) as hours
      where ${matchesSql(sql, query)}
      group by 1, 2, 3
    ), largest as (
      select label from cells
      where ${countsLeadsSql(sql)} and label <> ${OTHER}
      group by label order by sum(n) desc, label limit ${MAX_GROUPS}
    ), grouped as (
      select interval, case when label in (select label from largest) then label else ${OTHER} end as label, key,
             sum(n)::float8 as n
      from cells
      group by 1, 2, 3
    )
    select interval, label, json_object_agg(key, n) as counts from grouped group by 1, 2 order by 1, 2`
}

function countsOf(counts: Readonly<Record<string, number>>): Counts {
  return new Map(Object.entries(counts).map(([key, count]) => [Number(key), count]))
}
