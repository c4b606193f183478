import type { Nats } from '../../../lib/jetstream/connect.ts'
import type { JetStreamNames } from '../../../lib/jetstream/names.ts'
import type { StartCall } from '../../../lib/limits/concurrent-calls.ts'
import type { Log } from '../../../lib/log/log.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import type { FacetFrequencies } from '../leads/facet-frequencies.ts'
import { createInsightFeed } from './insight-feed.ts'
import { createChangeReader } from './read-changes.ts'
import { createTurns } from './turns.ts'
import type { WatchInsights } from './watch-insights.ts'
import { watchInsights } from './watch-insights.ts'

/** Limits the connections that watchers use: after a restart all of them resume at once. */
const READS_AT_A_TIME = 2

/** Prepares the watching of insights. Nothing runs until there is a watcher. */
export function startWatching({
  sql,
  frequencies,
  startCall,
  ...options
}: {
  readonly sql: Sql
  readonly frequencies: FacetFrequencies
  readonly startCall: StartCall
  readonly nats: Nats
  readonly names: JetStreamNames
  readonly maxWatchers: number
  readonly log: Log
}): WatchInsights {
  const changes = createChangeReader(sql)
  const feed = createInsightFeed({ ...options, changes })
  const inTurn = createTurns(READS_AT_A_TIME)
  return (input, caller) => watchInsights({ sql, frequencies, feed, changes, inTurn, startCall }, input, caller)
}
