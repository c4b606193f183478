import type { Sql } from '../../../../lib/postgres/connect.ts'
import { DUPLICATE_WINDOW_MS } from '../measures.ts'
import { runExclusively } from './run-exclusively.ts'

/** How many hours after its own a lead can change, because it makes one of them a duplicate. */
const FOLLOWING_HOURS = Math.ceil(DUPLICATE_WINDOW_MS / 3_600_000)

/**
 * Marks the hours of all insights that changed since the last call as stale. A change is found once its transaction is
 * visible, however long it took: the snapshot of the last call tells which were not visible then.
 *
 * @param sql a pool of one connection, which nothing else uses meanwhile
 */
export async function markChangedHours(sql: Sql): Promise<void> {
  await runExclusively(sql, async (transaction) => {
    const [progress] = await transaction<{ snapshot: string | null; is_same: boolean }[]>`
      select snapshot::text, database_id = ${databaseIdSql(sql)} as is_same from stats_progress`
    if (progress === undefined || progress.snapshot === null || !progress.is_same) await markAllHours(transaction)
    else await markHoursSince(transaction, progress.snapshot)
  })
}

/**
 * Uses the index insights_by_change.
 *
 * Rows of a database that was restored from a dump have transactions of another cluster, which may be later than all of
 * this one. Hence the upper bound, and the reset when the cluster is another one.
 */
function markHoursSince(sql: Sql, snapshot: string) {
  return sql`
    with changed as (
      select received_at from insights
      where changed_in >= pg_snapshot_xmax(${snapshot}::pg_snapshot)
        and changed_in < pg_snapshot_xmax(pg_current_snapshot())
      union all
      select received_at from pg_snapshot_xip(${snapshot}::pg_snapshot) as transaction
      cross join lateral (
        -- the offset keeps the planner from joining the table as a whole
        select received_at from insights where changed_in = transaction offset 0
      ) as late
    ), hours as (
      select distinct date_trunc('hour', received_at, 'UTC') + make_interval(hours => following) as hour
      from changed cross join generate_series(0, ${FOLLOWING_HOURS}::int) as following
    ), marked as (
      insert into stats_stale_hours (hour)
      select hour from hours
      where hour <= now() and not exists (select from stats_stale_hours stale where stale.hour = hours.hour)
    )
    ${updateProgress(sql)}`
}

/** The recursion visits each hour with insights by the index insights_by_time. */
function markAllHours(sql: Sql) {
  return sql`
    with recursive present (hour) as (
      select date_trunc('hour', min(received_at), 'UTC') from insights
      union all
      select (
        select date_trunc('hour', min(received_at), 'UTC') from insights
        where received_at >= present.hour + interval '1 hour'
      )
      from present where hour is not null
    ), marked as (
      insert into stats_stale_hours (hour)
      select hour from present where hour is not null
      union
      select hour from stats_by_hour
    )
    ${updateProgress(sql)}`
}

function updateProgress(sql: Sql) {
  return sql`
    update stats_progress
    set snapshot = pg_current_snapshot(), database_id = ${databaseIdSql(sql)}, marked_at = now()`
}

function databaseIdSql(sql: Sql) {
  return sql`(select system_identifier::text from pg_control_system())`
}
