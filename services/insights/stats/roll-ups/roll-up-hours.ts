import type { Sql, SqlFragment } from '../../../../lib/postgres/connect.ts'
import { countInsightsSql } from '../count-insights.ts'
import { VERDICTS } from '../measures.ts'
import { timesSql } from '../stats-query.ts'

/**
 * How many combinations of values each hour, set of dimensions and client has at most. Anyone who may store a lead
 * chooses its source, so their number is not limited.
 */
const MAX_ROWS = 100

/**
 * Computes the roll-ups of some hours from the table of insights, and removes the marks of these hours that the same
 * snapshot has, hence one statement. A change that commits meanwhile is in neither: its hour is marked again.
 */
export async function rollUpHours(sql: Sql, hours: readonly Date[]): Promise<void> {
  const all = timesSql(sql, hours)
  await sql`
    with removed as (
      delete from stats_hours where dimensions = any(${EVERY_SET}::int[]) and hour = any(${all})
    ), unmarked as (
      delete from stats_stale_hours where hour = any(${all})
    ), ${computedSql(sql, hours)}, stored as (
      insert into stats_hours (hour, dimensions, client_id, source, language, is_rest, leads, keys, counts)
      select * from computed
    )
    insert into stats_rolled_hours (hour, leads, computed_at)
    select hour, coalesce(leads, 0), now()
    from unnest(${all}) as hours (hour)
    left join (select hour, leads from computed where dimensions = 0) as computed using (hour)
    on conflict (hour) do update set leads = excluded.leads, computed_at = excluded.computed_at`
}

const EVERY_SET = [0, 1, 2, 3, 4, 5, 6, 7]

/** The common table expression `computed`. A set of dimensions is 4 (client_id), 2 (source) and 1 (language) added up, the complement of `grouping`. */
function computedSql(sql: Sql, hours: readonly Date[]): SqlFragment {
  const ranges = sql`(select hour, hour + interval '1 hour' from unnest(${timesSql(sql, hours)}) as hours (hour))`
  return sql`
    combined as (
      select hour, 7 - grouping(client_id, source, language) as dimensions, client_id, source, language, key,
             sum(n)::int as n
      from (${countInsightsSql(sql, ranges)}) as counted
      group by hour, key, cube (client_id, source, language)
    ), ranked as (
      select hour, dimensions, client_id, source, language, sum(n) filter (where key < ${VERDICTS}) as leads,
             array_agg(key) as keys, array_agg(n) as counts,
             row_number() over (
               partition by hour, dimensions, client_id
               order by sum(n) filter (where key < ${VERDICTS}) desc, source, language
             ) as place
      from combined
      group by hour, dimensions, client_id, source, language
    ), rest as (
      select hour, dimensions, client_id, key, sum(n)::int as n
      from ranked cross join lateral unnest(keys, counts) as counted (key, n)
      where place > ${MAX_ROWS}
      group by hour, dimensions, client_id, key
    ), computed as materialized (
      select hour, dimensions, client_id, source, language, false as is_rest, leads, keys, counts
      from ranked where place <= ${MAX_ROWS}
      union all
      select hour, dimensions, client_id, null, null, true, sum(n) filter (where key < ${VERDICTS}), array_agg(key),
             array_agg(n)
      from rest group by hour, dimensions, client_id
    )`
}
