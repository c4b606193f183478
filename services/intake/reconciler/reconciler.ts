import { createAcknowledgedPublisher, isRefusal } from '../../../lib/jetstream/acknowledged-publisher.ts'
import type { Nats } from '../../../lib/jetstream/connect.ts'
import { isMissing } from '../../../lib/jetstream/declare.ts'
import type { JetStreamNames } from '../../../lib/jetstream/names.ts'
import type { QueueDepth } from '../../../lib/jetstream/queue-state.ts'
import type { LostFiles } from '../../../lib/jetstream/watchdog/lost-files.ts'
import type { Log } from '../../../lib/log/log.ts'
import { createThrottledLog } from '../../../lib/log/throttled-log.ts'
import { createCommitWatermark } from '../../../lib/postgres/commit-watermark.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import type { Leader } from '../../../lib/postgres/leader.ts'
import { runAsLeader } from '../../../lib/postgres/leader.ts'
import type { Metrics } from '../../../lib/telemetry/metrics.ts'
import { createQueueWindow } from '../deferral/queue-window.ts'
import { GRACE_SECONDS, recordDueParked, walk } from './find-unsettled.ts'
import { publishDue } from './publish-due.ts'
import type { QueueHead } from './queue-head.ts'
import { recordIncarnation } from './queue-head.ts'
import { createSlidingMinimum } from './sliding-minimum.ts'
import { countPublished, countUnpublished, MAX_DUE, oldestDueSeconds, takeDue } from './take-due.ts'

/*
 * Guarantees that every committed lead is triaged, even if its event was lost because intake was killed before
 * publishing it, NATS was unreachable, or the stream was lost. Invariants:
 *  1. One process at a time reconciles: the leader (lib/postgres/leader.ts).
 *  2. A walk finds every committed lead, however long its commit took. An unsettled lead stays in `unsettled_leads`
 *     until it is settled.
 *  3. Leads that are in the queue, or were delivered within the grace period, are not republished, so a long queue
 *     causes no extra work.
 *  4. Publishing a lead twice is harmless: the stream keeps one message per lead, and an insight is replaced only by
 *     one of a higher generation.
 *  5. A lead counts as published only once the stream has acknowledged it, and only while the queue is not recreated;
 *     otherwise it is due again within seconds. After a turn that published nothing the reconciler pauses.
 *  6. Due leads are published in turns between shares, never more than the window of the queue has room for
 *     (`deferral/queue-window.ts`), and without running the queue dry.
 */

/** Advisory lock of the leader. The number is arbitrary but must not change. */
const LOCK_ID = 7_310_579_341
/** Time between two rounds, which look for unsettled leads. */
const ROUND_INTERVAL_MS = 1_000
/** Time between two turns, which publish what is due. The window of the queue holds twice the work of this time. */
const TURN_INTERVAL_MS = 50
const COUNT_INTERVAL_MS = 5_000
const MAX_COUNT = 100_000
/** Two windows without an acknowledgement must fit in the idle session timeout of the leader (12 s). */
const PUBLISH_TIMEOUT_MS = 3_000

export function startReconciler(options: {
  databaseUrl: string
  nats: Nats
  /** Declares the streams, which may have been deleted. */
  ensureStreams: () => Promise<void>
  lostFiles: LostFiles
  queueHead: () => Promise<QueueHead>
  /** A part of each round that the leader does as well; resolves to whether it has more to do, and never rejects. */
  erase: (sql: Sql) => Promise<boolean>
  queueDepth: () => Promise<QueueDepth>
  names: JetStreamNames
  log: Log
  metrics: Metrics
}): Leader {
  const { databaseUrl, nats, ensureStreams, lostFiles, names, metrics } = options
  const log = options.log.child({ part: 'reconciler' })
  const publishedLeads = metrics.counter({
    name: 'leadtriage_reconciler_published_total',
    help: 'Unsettled leads that the reconciler published, by attempt: "first", or "again" while still unsettled.',
    labelNames: ['attempt'],
  })

  const { publish } = createAcknowledgedPublisher(nats, PUBLISH_TIMEOUT_MS)
  const logFailure = createThrottledLog(log, 'warn', 'cannot publish all due leads; retrying')

  /** Undefined while NATS is unreachable or has no triage consumer, which workers create. */
  const readQueueHead = async () => {
    if (nats.up() === undefined) return undefined
    try {
      return await options.queueHead()
    } catch (error) {
      if (!isMissing(error)) throw error
      await ensureStreams()
      return undefined
    }
  }

  /** Age of the oldest lead that was not delivered; undefined while unknown. */
  let oldestWaitingSeconds: number | undefined
  let unpublished = 0

  const slidingMinimum = createSlidingMinimum(GRACE_SECONDS * 1_000)
  const commitWatermark = createCommitWatermark()
  const window = createQueueWindow()
  let nextRoundAtMs = 0
  let nextCountAtMs = 0
  /** Undefined while nothing can be published, so that due leads stay due. */
  let queue: { readonly queuedSince: Date | undefined } | undefined
  let lastShare = ''
  let limited = false
  let publishedSinceLog = 0

  /** Finds unsettled leads. Resolves to whether there may be more. */
  const findUnsettled = async (sql: Sql): Promise<boolean> => {
    queue = undefined
    await lostFiles.deleteIfLost()
    const head = await readQueueHead()
    if (head === undefined) {
      oldestWaitingSeconds = undefined
      return false
    }
    const queuedSeconds = head.queuedSince === undefined ? 0 : await secondsSince(sql, head.queuedSince)
    oldestWaitingSeconds = Math.max(queuedSeconds, (await oldestDueSeconds(sql)) ?? 0)
    if (performance.now() >= nextCountAtMs) {
      unpublished = await countUnpublished(sql, MAX_COUNT)
      nextCountAtMs = performance.now() + COUNT_INTERVAL_MS
    }
    if (await recordIncarnation(sql, head.incarnation)) return true // 5
    const queuedSince = slidingMinimum(head.queuedSince, performance.now()) // 3
    const more = await walk(sql, queuedSince, await commitWatermark(sql)) // 2
    await recordDueParked(sql)
    queue = { queuedSince }
    return more
  }

  /** Publishes what is due and has room. Resolves to whether there is room for more. */
  const publishTurn = async (sql: Sql, queuedSince: Date | undefined): Promise<boolean> => {
    if ((await oldestDueSeconds(sql)) === undefined) return false
    const depth = await options.queueDepth().catch(() => undefined)
    if (depth === undefined) return false
    window.observe(depth, limited, performance.now())
    const room = Math.min(window.size - depth.pending, MAX_DUE)
    if (room <= 0) return false // 6
    const due = await takeDue(sql, queuedSince, room, lastShare)
    lastShare = due.lastShare
    limited = due.seen === room
    const published = await publishDue(due.leads, names, publish) // 4
    await countPublished(sql, published.leads) // 5
    for (const { again } of published.leads) publishedLeads.inc({ attempt: again ? 'again' : 'first' })
    publishedSinceLog += published.leads.length
    if (published.failure === undefined) return due.seen > due.leads.length
    if (isRefusal(published.failure)) lostFiles.noteRefusal(published.failure.message)
    logFailure({ err: published.failure, leads: due.leads.length - published.leads.length })
    if (published.leads.length === 0) queue = undefined // 5: until the next round
    return false
  }

  const work = async (sql: Sql): Promise<boolean> => {
    let more = false
    if (performance.now() >= nextRoundAtMs) {
      if (publishedSinceLog > 0) log.info({ leads: publishedSinceLog }, 'published unsettled leads')
      publishedSinceLog = 0
      const moreToErase = await options.erase(sql)
      more = (await findUnsettled(sql)) || moreToErase
      nextRoundAtMs = more ? 0 : performance.now() + ROUND_INTERVAL_MS
    }
    if (queue !== undefined && (await publishTurn(sql, queue.queuedSince))) more = true
    return more
  }

  const leader = runAsLeader({
    url: databaseUrl,
    applicationName: 'leadtriage-reconciler',
    lockId: LOCK_ID, // 1
    work,
    intervalMs: TURN_INTERVAL_MS,
    log,
  })
  metrics.gauge({
    name: 'leadtriage_reconciler_leads',
    help: '1 while this process is the leader of the reconciler, else 0.',
    collect() {
      this.set(leader.leads ? 1 : 0)
    },
  })
  metrics.gauge({
    name: 'leadtriage_queue_oldest_waiting_seconds',
    help: 'Age of the oldest lead not delivered to a worker, queued or not; reported by the reconciler leader only.',
    collect() {
      if (leader.leads && oldestWaitingSeconds !== undefined) this.set(oldestWaitingSeconds)
      else this.remove() // an autoscaler would act on a stale value
    },
  })
  metrics.gauge({
    name: 'leadtriage_unpublished_leads',
    help: `Leads that wait in PostgreSQL for room in the queue, at most ${MAX_COUNT}; reported by the reconciler leader only.`,
    collect() {
      if (leader.leads) this.set(unpublished)
      else this.remove()
    },
  })
  return leader
}

/** Compares with the database's clock, which also set `time`. */
async function secondsSince(sql: Sql, time: Date): Promise<number> {
  const [row] = await sql<{ seconds: number }[]>`select extract(epoch from now() - ${time})::float8 as seconds`
  return Math.max(0, row?.seconds ?? 0)
}
