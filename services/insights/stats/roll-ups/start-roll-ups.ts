import type { Log } from '../../../../lib/log/log.ts'
import type { Sql } from '../../../../lib/postgres/connect.ts'
import type { Leader } from '../../../../lib/postgres/leader.ts'
import { runAsLeader } from '../../../../lib/postgres/leader.ts'
import { MAX_UNSETTLED } from '../count-leads.ts'
import { markChangedHours } from './mark-changed-hours.ts'
import { rollUpHours } from './roll-up-hours.ts'
import { rollUpUnsettled } from './roll-up-unsettled.ts'

/*
 * Keeps the roll-ups of GetStats. Invariants:
 *  1. One process does: the leader (lib/postgres/leader.ts). Two at once would disturb each other, but neither lose nor
 *     double anything (run-exclusively.ts).
 *  2. An hour whose insights differ from its roll-up is marked as stale, or is going to be by the next call of
 *     markChangedHours. Only the process that computes an hour removes its marks.
 *  3. Nothing is kept in memory but pauses, so a new leader continues where the last one was.
 *  4. The work takes at most half of a core, and at most a sixtieth for an hour that changes all the time.
 */

/** Advisory lock of the leader. The number is arbitrary but must not change. */
const LOCK_ID = 7_310_579_342
const INTERVAL_MS = 250
/** Enough for an hour with tens of millions of leads. */
const STATEMENT_TIMEOUT_MS = 120_000
const MARK_INTERVAL_MS = 1_000
/** An hour, and leads without an insight, are counted again after this many times the time that it took. */
const PAUSE_FACTOR = 59
const MAX_PAUSE_MS = 300_000
/** After a failure, the others have their turn. */
const FAILED_PAUSE_MS = 30_000
const MAX_HOURS = 48
/** Of a batch of several hours. Reading so many takes less than a second. An hour is read with the one before it. */
const MAX_BATCH_INSIGHTS = 50_000
/** A batch of hours that took longer is halved, one that took less than half is doubled. */
const TARGET_BATCH_MS = 400

/** Starts the election; the leader rolls up the hours that changed. */
export function startRollUps({ databaseUrl, log }: { databaseUrl: string; log: Log }): Leader {
  return runAsLeader({
    url: databaseUrl,
    applicationName: 'leadtriage-insights-stats',
    lockId: LOCK_ID, // 1
    work: createRollUpWork(),
    intervalMs: INTERVAL_MS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    log: log.child({ part: 'roll-ups' }),
  })
}

/** @returns the work of the leader: marks hours that changed, and rolls up a batch of stale hours, newest first */
export function createRollUpWork(): (sql: Sql) => Promise<boolean> {
  const pausedUntilMs = new Map<number, number>() // 3
  let nextMarkAtMs = 0
  let nextBatchAtMs = 0
  let nextUnsettledAtMs = 0
  let batchSize = 1

  const rollUpBatch = async (sql: Sql, hours: readonly Date[]) => {
    const startedAtMs = performance.now()
    let pauseMs = FAILED_PAUSE_MS
    try {
      await rollUpHours(sql, hours)
      const tookMs = performance.now() - startedAtMs
      pauseMs = pauseAfter(tookMs / hours.length)
      if (tookMs > TARGET_BATCH_MS) batchSize = Math.max(1, Math.floor(batchSize / 2))
      else if (tookMs < TARGET_BATCH_MS / 2) batchSize = Math.min(MAX_HOURS, batchSize * 2)
    } catch (error) {
      batchSize = 1
      throw error
    } finally {
      const endedAtMs = performance.now()
      nextBatchAtMs = endedAtMs + (endedAtMs - startedAtMs) // 4
      for (const hour of hours) pausedUntilMs.set(hour.getTime(), endedAtMs + pauseMs)
    }
  }

  return async (sql) => {
    const nowMs = performance.now()
    for (const [hour, untilMs] of pausedUntilMs) if (untilMs <= nowMs) pausedUntilMs.delete(hour)
    if (nowMs >= nextMarkAtMs) {
      await markChangedHours(sql)
      nextMarkAtMs = nowMs + MARK_INTERVAL_MS
    }
    if (nowMs >= nextUnsettledAtMs) {
      const startedAtMs = performance.now()
      nextUnsettledAtMs = startedAtMs + FAILED_PAUSE_MS
      await rollUpUnsettled(sql, MAX_UNSETTLED)
      const endedAtMs = performance.now()
      nextUnsettledAtMs = endedAtMs + Math.max(MARK_INTERVAL_MS, pauseAfter(endedAtMs - startedAtMs)) // 4
    }
    if (nowMs < nextBatchAtMs) return false
    const hours = await findStaleHours(sql, batchSize, [...pausedUntilMs.keys()])
    if (hours.length > 0) await rollUpBatch(sql, hours)
    return false
  }
}

function pauseAfter(tookMs: number): number {
  return Math.min(tookMs * PAUSE_FACTOR, MAX_PAUSE_MS)
}

/** @returns the newest stale hours, with fewer insights than {@link MAX_BATCH_INSIGHTS}, or a single one with more */
async function findStaleHours(sql: Sql, limit: number, paused: readonly number[]): Promise<Date[]> {
  const rows = await sql<{ hour: Date }[]>`
    select hour
    from (
      select hour, row_number() over newest_first as place, sum(insights) over newest_first as insights
      from (
        select distinct hour from stats_stale_hours
        where extract(epoch from hour)::float8 * 1000 <> all(${[...paused]}::float8[])
        order by hour desc limit ${limit}
      ) as stale
      cross join lateral (
        select count(*) as insights from (
          select from insights
          where received_at >= hour - interval '1 hour' and received_at < hour + interval '1 hour'
          limit ${MAX_BATCH_INSIGHTS}
        ) as bounded
      ) as read
      window newest_first as (order by hour desc)
    ) as batches
    where place = 1 or insights < ${MAX_BATCH_INSIGHTS}
    order by place`
  return rows.map(({ hour }) => hour)
}
