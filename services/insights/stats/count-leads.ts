import type { Sql, SqlFragment } from '../../../lib/postgres/connect.ts'
import { DUPLICATE_WINDOW_MS, latencyKeySql, Measure, verdictKeySql } from './measures.ts'
import type { Range } from './plan-hours.ts'
import { rangesSql } from './plan-hours.ts'

/** The counts of leads that were received in the same hour and have the same client, source and language. */
export interface CountedLeads {
  readonly hour: Date
  readonly client_id: string
  readonly source: string | null
  readonly language: string | null
  /** Whether these are the leads of all sources that are not among the most frequent ones; `source` is null then. */
  readonly is_rest: boolean
  /** How often each key of measures.ts was counted. */
  readonly counts: Readonly<Record<string, number>>
}

/**
 * How many sources of each hour and client are counted by name, the most frequent ones. Anyone who may store a lead
 * chooses its source, so their number is not limited.
 */
const MAX_SOURCES = 100

/** How many leads a call looks at before it uses the leader's count of leads without an insight. */
export const MAX_UNSETTLED = 5_000

/**
 * Counts the insights whose leads were received in some ranges of time. Uses the index insights_by_time.
 *
 * @param ranges do not overlap
 */
export function countInsights(sql: Sql, ranges: readonly Range[]) {
  return sql<CountedLeads[]>`
    with alike as (
      select date_trunc('hour', received_at, 'UTC') as hour, client_id, source, language,
             ${verdictKeySql(sql)} as verdict, ${latencyKeySql(sql)} as latency,
             corrected_at is not null as is_corrected,
             coalesce(corrected_intent <> intent or corrected_priority <> priority, false) as is_disagreement,
             coalesce(previous_at >= received_at - ${DUPLICATE_WINDOW_MS} * interval '1 millisecond', false)
               as is_duplicate,
             count(*) as n
      from ${rangesSql(sql, ranges)} as ranges (starts_at, ends_at)
      cross join lateral (
        select received_at, created_at, client_id, source, language, intent, priority, corrected_intent,
               corrected_priority, corrected_at, effective_intent, effective_priority,
               -- the collation sorts by bytes, several times faster
               lag(received_at) over (
                 partition by client_id collate "C", content_hash collate "C" order by received_at, lead_id
               ) as previous_at
        from insights
        where received_at >= starts_at - ${DUPLICATE_WINDOW_MS} * interval '1 millisecond' and received_at < ends_at
      ) as around
      where received_at >= starts_at
      group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    ), weighed as (
      select *, sum(n) over (partition by hour, client_id collate "C", source collate "C") as weight from alike
    ), placed as (
      select *, dense_rank() over (
        partition by hour, client_id collate "C" order by weight desc, source collate "C"
      ) > ${MAX_SOURCES} as is_rest
      from weighed
    )
    select hour, client_id, source, language, is_rest, json_object_agg(key, n) as counts
    from (
      select hour, client_id, case when not is_rest then source end as source, language, is_rest, key, sum(n) as n
      from placed
      cross join lateral (values
        (verdict, true), (latency, true), (${Measure.Corrected}::int, is_corrected),
        (${Measure.Disagreement}::int, is_disagreement), (${Measure.Duplicate}::int, is_duplicate)
      ) as measures (key, applies)
      where applies
      group by 1, 2, 3, 4, 5, 6
    ) as counted
    group by 1, 2, 3, 4, 5`
}

/**
 * Counts leads without an insight, which have no language. Looks at every lead of the period in the places where such
 * leads are, see {@link hasManyUnsettled}.
 */
export function countUnsettled(sql: Sql, period: Range) {
  return sql<CountedLeads[]>`
    with unsettled as (
      select l.*, case
          when exists (select from failed_leads f where f.lead_id = l.lead_id) then ${Measure.DeadLettered}::int
          else ${Measure.Pending}::int
        end as key
      from (select distinct lead_id from (${placesOfUnsettled(sql, period, MAX_INT)}) as found) as f
      cross join lateral (
        -- the limit keeps the planner from joining the table as a whole
        select lead_id, client_id, source, created_at from lead_details where lead_id = f.lead_id limit 1
      ) as l
      where (select i.lead_id from insights i where i.lead_id = f.lead_id limit 1) is null
    ), counted as (
      select date_trunc('hour', created_at, 'UTC') as hour, client_id, source, key, count(*) as n
      from unsettled group by 1, 2, 3, 4
    )
    select hour, client_id, source, null as language, false as is_rest, json_object_agg(key, n) as counts
    from counted group by 1, 2, 3`
}

/** @returns whether {@link countUnsettled} would look at more than so many leads */
export async function hasManyUnsettled(sql: Sql, period: Range, maxLeads: number): Promise<boolean> {
  const [row] = await sql<{ has_many: boolean }[]>`
    select count(*) > ${maxLeads} as has_many from (${placesOfUnsettled(sql, period, maxLeads + 1)}) as found`
  return row?.has_many === true
}

/** The ids of all leads of a period that may have no insight, maybe more than once, from the views of db/migrations/026. */
function placesOfUnsettled(sql: Sql, { from, to }: Range, limit: number): SqlFragment {
  return [sql`recent_leads`, sql`recorded_leads`, sql`parked_leads`, sql`failed_leads`]
    .map(
      (place) =>
        sql`(select lead_id from ${place} where received_at >= ${from} and received_at < ${to} limit ${limit})`,
    )
    .reduce((all, place) => sql`${all} union all ${place}`)
}
const MAX_INT = 2 ** 31 - 1
