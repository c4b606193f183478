import type { Sql } from '../../../lib/postgres/connect.ts'

/**
 * How long after its beginning a transaction of intake has its id, or is gone: each is one statement, which writes within
 * 15 seconds or is cancelled (`statement_timeout`).
 */
const ID_SECONDS = 20

/**
 * Tells up to which `created_at` nothing can appear any more: every lead of before can be seen. A lead's `created_at` is
 * the beginning of its transaction, and it is seen from the end of the commit on, for which there is no timeout: with a
 * synchronous standby that is away a commit waits for as long as that is.
 *
 * So a time is noted together with a new transaction id, and counts when all transactions with lower ids have ended.
 * Each user sees the ids of all; when transactions began (pg_stat_activity) is shown for one's own only, and another
 * intake may have another user. A long transaction of anybody on the server holds this up, which costs nothing.
 *
 * @returns to be called again and again, each time notes and checks; undefined at first
 */
export function createCommitWatermark(): (sql: Sql) => Promise<Date | undefined> {
  let noted: { readonly time: Date; readonly id: number } | undefined
  let commitWatermark: Date | undefined
  return async (sql) => {
    // the snapshot's own xmax would not do for an id: running transactions may have higher ones
    const [row] = await sql<{ oldestRunning: number; id: number; time: Date }[]>`
      select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "oldestRunning",
             pg_current_xact_id()::text::bigint as id,
             now() - make_interval(secs => ${ID_SECONDS}) as time`
    if (row !== undefined && (noted === undefined || row.oldestRunning >= noted.id)) {
      commitWatermark = noted?.time
      noted = row
    }
    return commitWatermark
  }
}
