import type { Lifecycle } from '../../../lib/lifecycle/lifecycle.ts'
import { startPeriodicJob } from '../../../lib/lifecycle/periodic-job.ts'
import type { Log } from '../../../lib/log/log.ts'
import { createCommitWatermark } from '../../../lib/postgres/commit-watermark.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { buildNextSegment } from './build-segments.ts'
import { eraseFromSegments } from './erase-from-segments.ts'
import { createSearchIndex, type SearchIndex } from './search-index.ts'

const BUILD_INTERVAL_MS = 10_000
const ERASURE_INTERVAL_MS = 1_000

/** Starts the jobs that keep the search index, and returns it. Every process may run them. */
export function startSearch(sql: Sql, log: Log, { onStop }: Pick<Lifecycle, 'onStop'>): SearchIndex {
  const watermark = createCommitWatermark()
  const building = startPeriodicJob({
    run: async () => buildNextSegment(sql, await watermark(sql)),
    intervalMs: BUILD_INTERVAL_MS,
    failure: 'cannot build the search index; retrying',
    log,
  })
  onStop('search index', () => building.stop())
  const erasing = startPeriodicJob({
    run: () => eraseFromSegments(sql),
    intervalMs: ERASURE_INTERVAL_MS,
    failure: 'cannot erase leads from the search index; retrying',
    log,
  })
  onStop('erasure from the search index', () => erasing.stop())
  return createSearchIndex(sql)
}
