import { createAcknowledgedPublisher, isRefusal } from '../../../lib/jetstream/acknowledged-publisher.ts'
import type { Nats } from '../../../lib/jetstream/connect.ts'
import { isMissing } from '../../../lib/jetstream/declare.ts'
import type { JetStreamNames } from '../../../lib/jetstream/names.ts'
import type { LostFiles } from '../../../lib/jetstream/watchdog/lost-files.ts'
import type { Log } from '../../../lib/log/log.ts'
import { createThrottledLog } from '../../../lib/log/throttled-log.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import type { Leader } from '../../../lib/postgres/leader.ts'
import { runAsLeader } from '../../../lib/postgres/leader.ts'
import type { Metrics } from '../../../lib/telemetry/metrics.ts'
import { createCommitWatermark } from './commit-watermark.ts'
import { GRACE_SECONDS, noteDueParked, walk } from './find-unsettled.ts'
import { noteQueue } from './note-queue.ts'
import { publishDue } from './publish-due.ts'
import type { QueuedSince } from './queued-since.ts'
import { createSlidingMinimum } from './sliding-minimum.ts'
import { countPublished, takeDue } from './take-due.ts'

/*
 * Makes the promise true that no lead is forgotten, whatever happened to its event: the process died before it was
 * published, NATS was away, the stream was lost. Invariants:
 *  1. One process at a time does it; others take over (lib/postgres/leader.ts).
 *  2. A lead that has been committed, however long that took, is seen by a walk, and stays noted down until it is settled.
 *  3. What waits in the stream, or was taken from it within the grace, is not published again: a long queue costs
 *     nothing here.
 *  4. A second publication is harmless: the stream holds one message per lead, the insight one generation.
 *  5. Only what the stream has acknowledged counts as published, and only as long as the queue is the same: all else is due
 *     again within seconds. After a round that the stream did not take whole there is a pause.
 */

/** Names the lock; any number, but always this one. */
const LOCK_ID = 7_310_579_341
const INTERVAL_MS = 1_000
/** For the acknowledgement of a stream: two windows without one must fit in the idle session timeout of the leader. */
const ANSWER_WITHIN_MS = 3_000

export function startReconciler(options: {
  databaseUrl: string
  nats: Nats
  /** Declares the streams, which may have been deleted. */
  ensureStreams: () => Promise<void>
  lostFiles: LostFiles
  queuedSince: () => Promise<QueuedSince>
  names: JetStreamNames
  log: Log
  metrics: Metrics
}): Leader {
  const { databaseUrl, nats, ensureStreams, lostFiles, names, metrics } = options
  const log = options.log.child({ part: 'reconciler' })
  const repaired = metrics.counter({
    name: 'leadtriage_reconciler_published_total',
    help: 'Events that the reconciler published: first for a lead it found unsettled, again when that did not settle it.',
    labelNames: ['attempt'],
  })

  const { publish } = createAcknowledgedPublisher(nats, ANSWER_WITHIN_MS)
  const logFailure = createThrottledLog(log, 'warn', 'the stream did not take all that is due; trying on')

  /** Without the consumer no worker has been there yet, or someone deleted it and a worker is about to mend that. */
  const whatWaits = async () => {
    try {
      return await options.queuedSince()
    } catch (error) {
      if (!isMissing(error)) throw error
      await ensureStreams()
      return 'nobody pulls'
    }
  }

  /** For how long the oldest waiting lead has waited; undefined while nobody can say. */
  let waitedSeconds: number | undefined

  const slidingMinimum = createSlidingMinimum(GRACE_SECONDS * 1_000)

  const commitWatermark = createCommitWatermark()

  const work = async (sql: Sql): Promise<boolean> => {
    await lostFiles.deleteIfLost()
    // without NATS there is nobody to publish to: what is due stays due
    const waiting = nats.up() === undefined ? 'NATS is away' : await whatWaits()
    if (typeof waiting === 'string') {
      waitedSeconds = undefined
      return false
    }
    const { since, incarnation } = waiting
    waitedSeconds = since === undefined ? 0 : await secondsSince(sql, since)
    if (await noteQueue(sql, incarnation)) return true // 5
    const queuedSince = slidingMinimum(since, performance.now()) // 3
    const more = await walk(sql, queuedSince, await commitWatermark(sql)) // 2
    await noteDueParked(sql)
    const due = await takeDue(sql, queuedSince)
    const published = await publishDue(due, names, publish) // 4
    await countPublished(sql, published.leads) // 5
    for (const { again } of published.leads) repaired.inc({ attempt: again ? 'again' : 'first' })
    if (published.leads.length > 0) {
      log.info({ leads: published.leads.length }, 'published again what triage has not settled')
    }
    if (published.failure !== undefined) {
      if (isRefusal(published.failure)) lostFiles.noteRefusal(published.failure.message)
      logFailure({ err: published.failure, leads: due.length - published.leads.length })
      return false // 5
    }
    return more || due.length > 0
  }

  const leader = runAsLeader({
    url: databaseUrl,
    applicationName: 'leadtriage-reconciler',
    lockId: LOCK_ID, // 1
    work,
    intervalMs: INTERVAL_MS,
    log,
  })
  metrics.gauge({
    name: 'leadtriage_reconciler_leads',
    help: 'Whether this process is the one that reconciles.',
    collect() {
      this.set(leader.leads ? 1 : 0)
    },
  })
  metrics.gauge({
    name: 'leadtriage_queue_oldest_waiting_seconds',
    help: 'For how long the oldest lead has waited that no worker has taken; only the process that reconciles tells.',
    collect() {
      if (leader.leads && waitedSeconds !== undefined) this.set(waitedSeconds)
      else this.remove() // no figure is better than an old one: a scaler would believe it
    },
  })
  return leader
}

/** By the database's clock, as is the time it is compared with. */
async function secondsSince(sql: Sql, time: Date): Promise<number> {
  const [row] = await sql<{ seconds: number }[]>`select extract(epoch from now() - ${time})::float8 as seconds`
  return Math.max(0, row?.seconds ?? 0)
}
