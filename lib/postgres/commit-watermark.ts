import type { Sql } from './connect.ts'

/**
 * The time within which a transaction that stores leads gets its id or is cancelled: each is a single statement with a
 * `statement_timeout` of 15 seconds.
 */
const ID_SECONDS = 20

/**
 * Creates a function that returns the commit watermark: the `created_at` up to which every lead is visible. A lead's
 * `created_at` is the start of its transaction, but it becomes visible only after the commit, which has no timeout:
 * with an unreachable synchronous standby a commit may wait indefinitely.
 *
 * Each call takes a checkpoint (a time and a new transaction id). The time becomes the watermark once all transactions
 * with lower ids have ended. `pg_stat_activity` would not do, since it hides the transactions of other users, and other
 * intakes may connect as other users. Any long transaction on the server delays the watermark, which is harmless.
 *
 * @returns call it repeatedly; returns undefined until the first checkpoint has passed
 */
export function createCommitWatermark(): (sql: Sql) => Promise<Date | undefined> {
  let checkpoint: { readonly time: Date; readonly id: number } | undefined
  let watermark: Date | undefined
  return async (sql) => {
    // pg_snapshot_xmax would not do as the id: running transactions may have higher ids
    const [row] = await sql<{ oldestRunning: number; id: number; time: Date }[]>`
      select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "oldestRunning",
             pg_current_xact_id()::text::bigint as id,
             now() - make_interval(secs => ${ID_SECONDS}) as time`
    if (row !== undefined && (checkpoint === undefined || row.oldestRunning >= checkpoint.id)) {
      watermark = checkpoint?.time
      checkpoint = row
    }
    return watermark
  }
}
