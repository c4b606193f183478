import type { Sql, SqlFragment } from '../../../lib/postgres/connect.ts'
import { DUPLICATE_WINDOW_MS, latencyKeySql, Measure, verdictKeySql } from './measures.ts'

/**
 * Counts the insights whose leads were received in some ranges of time, by hour, client, source and language: rows with
 * the columns hour, client_id, source, language, key (measures.ts) and n. Uses the index insights_by_time.
 *
 * @param ranges a table of the starts and ends of the ranges: whole hours of UTC, which do not overlap
 */
export function countInsightsSql(sql: Sql, ranges: SqlFragment): SqlFragment {
  return sql`
    select hour, client_id, source, language, key, sum(n) as n
    from (
      select date_trunc('hour', received_at, 'UTC') as hour, client_id, source, language,
             ${verdictKeySql(sql)} as verdict, ${latencyKeySql(sql)} as latency,
             corrected_at is not null as is_corrected,
             coalesce(corrected_intent <> intent or corrected_priority <> priority, false) as is_disagreement,
             coalesce(previous_at >= received_at - ${DUPLICATE_WINDOW_MS} * interval '1 millisecond', false)
               as is_duplicate,
             count(*) as n
      from ${ranges} as ranges (starts_at, ends_at)
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
    ) as alike
    cross join lateral (values
      (verdict, true), (latency, true), (${Measure.Corrected}::int, is_corrected),
      (${Measure.Disagreement}::int, is_disagreement), (${Measure.Duplicate}::int, is_duplicate)
    ) as measures (key, applies)
    where applies
    group by 1, 2, 3, 4, 5`
}

/** Counts leads without an insight, with the same columns as {@link countInsightsSql}. They have no language. */
export function countUnsettledSql(sql: Sql, from: Date, to: Date): SqlFragment {
  return sql`
    select date_trunc('hour', created_at, 'UTC') as hour, client_id, source, null::text as language, key, count(*) as n
    from (
      select client_id, source, created_at, ${Measure.Pending}::int as key from pending_leads
      union all
      select l.client_id, l.source, l.created_at, ${Measure.DeadLettered}::int
      from failed_leads f join lead_details l using (lead_id)
      where not exists (select from insights i where i.lead_id = f.lead_id)
    ) as unsettled
    where created_at >= ${from} and created_at < ${to}
    group by 1, 2, 3, 5`
}
