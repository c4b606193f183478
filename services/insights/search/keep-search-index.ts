import type { Log } from '../../../lib/log/log.ts'
import { createCommitWatermark } from '../../../lib/postgres/commit-watermark.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import type { Leader } from '../../../lib/postgres/leader.ts'
import { runAsLeader } from '../../../lib/postgres/leader.ts'
import { buildNextSegment } from './build-segments.ts'
import { eraseFromSegments } from './erase-from-segments.ts'
import { mergeNextSegments } from './merge-segments.ts'

/*
 * Keeps the search index. One process does, the leader (lib/postgres/leader.ts). Should two do it for a moment, they
 * repeat each other's work, but every step is harmless (build-segments.ts, merge-segments.ts, erase-from-segments.ts).
 */

/** Advisory lock of the leader. The number is arbitrary but must not change. */
const LOCK_ID = 7_310_579_343
/** How often the leader looks for erasures, and for leads to index. */
const INTERVAL_MS = 1_000

/** Starts the election; the leader erases leads from the index, builds segments and merges them. */
export function keepSearchIndex({ databaseUrl, log }: { databaseUrl: string; log: Log }): Leader {
  return runAsLeader({
    url: databaseUrl,
    applicationName: 'leadtriage-insights-search',
    lockId: LOCK_ID,
    work: createWork(),
    intervalMs: INTERVAL_MS,
    log: log.child({ part: 'search index' }),
  })
}

/** @returns the work of the leader: one step of each kind, even if another kind fails, so that none waits for another */
function createWork(): (sql: Sql) => Promise<boolean> {
  const watermark = createCommitWatermark()
  const steps = [
    eraseFromSegments,
    async (sql: Sql) => buildNextSegment(sql, await watermark(sql)),
    (sql: Sql) => mergeNextSegments(sql),
  ]
  return async (sql) => {
    const failures: unknown[] = []
    let isMoreReady = false
    for (const step of steps) {
      try {
        if (await step(sql)) isMoreReady = true
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
    return isMoreReady
  }
}
