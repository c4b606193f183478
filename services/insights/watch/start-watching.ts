import type { Nats } from '../../../lib/jetstream/connect.ts'
import type { JetStreamNames } from '../../../lib/jetstream/names.ts'
import type { Log } from '../../../lib/log/log.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { createInsightFeed } from './insight-feed.ts'
import { createChangeReader } from './read-changes.ts'
import { createTurns } from './turns.ts'
import type { WatchInsights } from './watch-insights.ts'
import { watchInsights } from './watch-insights.ts'

/** Of the six connections of the service. After a restart every watcher resumes at once. */
const READS_AT_A_TIME = 2

/** Prepares the watching of insights. Nothing runs until there is a watcher. */
export function startWatching({
  sql,
  ...options
}: {
  readonly sql: Sql
  readonly nats: Nats
  readonly names: JetStreamNames
  readonly maxWatchers: number
  readonly log: Log
}): WatchInsights {
  const changes = createChangeReader(sql)
  const feed = createInsightFeed({ ...options, changes })
  const inTurn = createTurns(READS_AT_A_TIME)
  return (input, caller) => watchInsights({ sql, feed, changes, inTurn }, input, caller)
}
