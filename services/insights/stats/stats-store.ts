import type { Sql, SqlFragment } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import { countInsightsSql, countUnsettledSql } from './count-insights.ts'
import type { Counts } from './figures.ts'
import { countsLeadsSql } from './measures.ts'
import type { HourPlan, Range } from './plan-hours.ts'
import { planHours, rangesSql } from './plan-hours.ts'
import type { StatsQuery } from './stats-query.ts'
import { dimensionsOf, labelSql, matchesSql, mayMatchSql, OTHER, periodOf, timesSql } from './stats-query.ts'

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

interface StatsCount {
  /** Only intervals and groups with leads. The leads of all but the largest groups have the label `*`. */
  readonly cells: readonly StatsCell[]
  /** Leads of values that the roll-ups have no names of, which may match the filter and are not in the cells. */
  readonly unattributed: number
  /** Everything that was committed before this time is counted. */
  readonly asOf: Date
}

export interface StatsStore {
  /** The database's clock. */
  now(): Promise<Date>
  /** @throws AppError `unavailable`, also while hours of the period with many leads were never rolled up */
  count(query: StatsQuery): Promise<StatsCount>
}

export function createStatsStore(sql: Sql): StatsStore {
  return {
    now: async () => {
      const [row] = await withQueryTimeout(sql<{ now: Date }[]>`select now()`)
      if (row === undefined) throw new Error('no row')
      return row.now
    },
    count: async (query) => {
      const plan = await planHours(sql, periodOf(query))
      const [rows, [rest]] = await Promise.all([
        withQueryTimeout(countSql(sql, query, plan)),
        withQueryTimeout(countUnattributedSql(sql, query, plan)),
      ])
      const cells = rows.map(({ interval, label, counts }) => ({ interval, label, counts: countsOf(counts) }))
      return { cells, unattributed: rest?.leads ?? 0, asOf: plan.asOf }
    },
  }
}

interface Row {
  interval: number
  label: string
  counts: Readonly<Record<string, number>>
}

function countSql(sql: Sql, query: StatsQuery, { live }: HourPlan) {
  const period = periodOf(query)
  const interval = sql`width_bucket(hour, ${timesSql(sql, query.edges)}) - 1`
  return sql<Row[]>`
    with cells as materialized (
      select interval, label, key, sum(n) as n
      from (
        select interval, label, key, n
        from (
          select ${interval} as interval, case when is_rest then ${OTHER} else ${labelSql(sql, query)} end as label,
                 keys, counts
          from stats_hours
          where ${isRolledUp(sql, query, period, live)} and ${matchesSql(sql, query)}
          offset 0 -- the interval is computed once for each row, not for each key
        ) as rolled_up
        cross join lateral unnest(keys, counts) as counted (key, n)
        union all
        select ${interval}, ${labelSql(sql, query)}, key, n
        from (
          select * from (${countInsightsSql(sql, rangesSql(sql, live))}) as insights
          union all
          select * from (${countUnsettledSql(sql, period.from, period.to)}) as unsettled
        ) as current
        where ${matchesSql(sql, query)}
      ) as hours
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

function countUnattributedSql(sql: Sql, query: StatsQuery, { live }: HourPlan) {
  return sql<{ leads: number }[]>`
    select coalesce(sum(leads), 0)::float8 as leads from stats_hours
    where is_rest and ${isRolledUp(sql, query, periodOf(query), live)} and ${mayMatchSql(sql, query)}`
}

/** Whether a row of stats_hours has the dimensions of the query, and an hour that is not counted live. */
function isRolledUp(sql: Sql, query: StatsQuery, { from, to }: Range, live: readonly Range[]): SqlFragment {
  return sql`
    dimensions = ${dimensionsOf(query)} and hour >= ${from} and hour < ${to}
    and not exists (
      select from ${rangesSql(sql, live)} as ranges (starts_at, ends_at) where hour >= starts_at and hour < ends_at
    )`
}

function countsOf(counts: Readonly<Record<string, number>>): Counts {
  return new Map(Object.entries(counts).map(([key, count]) => [Number(key), count]))
}
