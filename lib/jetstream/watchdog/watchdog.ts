import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import type { Log } from '../../log/log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Nats, NatsConnection } from '../connect.ts'
import { PullEnd } from '../pull.ts'
import { classifyQueue, countStreamRecreations, Finding, hasNoProgress } from './finding.ts'
import { canReadOldest, consumerResponds, type QueueSnapshot, readQueueSnapshot } from './queue-snapshot.ts'

/*
 * Recreates a consumer or stream that holds messages and delivers none, whatever server defect is the cause
 * (docs/decisions/019-watchdog.md). PostgreSQL has every lead, so deleting a stream costs time and nothing else.
 * Invariants:
 *  1. It acts only on a finding that several consecutive snapshots show without any progress, all taken from a
 *     responding server. An idle queue, a backlog, slow work, long holds and an unreachable server are not findings.
 *  2. Before it deletes, after a random delay, it checks that the stream and the consumer are still the same. If
 *     several workers have the same finding, one acts.
 *  3. The consumer is deleted first. The stream is deleted if its messages are unreadable, or if a new consumer is no
 *     better than the previous one.
 *  4. While all is well it sends one request per ten seconds if the queue is empty, and three otherwise.
 */
export interface Watchdog {
  start(): void
  /** Call it when a pull ends. */
  notePullEnd(end: PullEnd): void
  stop(): Promise<void>
}

export interface WatchdogTiming {
  /** Interval between snapshots while all is well. */
  readonly calmMs: number
  /** Interval while there is a finding, and for a while after a failed pull. */
  readonly alertMs: number
  /** Delay before a deletion; random, so that one of several workers is the first. */
  waitMs(): number
}

const TIMING: WatchdogTiming = { calmMs: 10_000, alertMs: 1_000, waitMs: () => randomInt(0, 1_000) }
/** Consecutive snapshots required per finding. Those tested by a separate request need fewer. */
const REQUIRED_SNAPSHOTS = {
  [Finding.Unreadable]: 3,
  [Finding.Mute]: 3,
  [Finding.Skipped]: 6,
  [Finding.NotDelivering]: 4,
  [Finding.MissedHeartbeats]: 1, // already counted by pulls
} as const satisfies Record<Finding, number>
/** Consecutive pulls without heartbeats. The second was sent after the server had responded, so the server was up. */
const MISSED_PULLS = 2
/** Number of snapshots at the short interval after a failed pull. */
const ALERT_SNAPSHOTS = 15
/** A new consumer that is no better than the previous one shows it within this time. */
const REPLACED_MS = 60_000
const REQUEST_TIMEOUT_MS = 3_000

export function createWatchdog(options: {
  nats: Nats
  stream: string
  consumer: string
  /**
   * Called when the consumer was replaced, with the `created` of the new one, and when it was deleted. Pulls at the
   * previous consumer never receive anything.
   */
  onReplaced: (created?: string) => void
  log: Log
  metrics: Metrics
  timing?: WatchdogTiming
}): Watchdog {
  const { nats, stream, consumer, onReplaced, timing = TIMING } = options
  const log = options.log.child({ part: 'watchdog' })
  const consumers = options.metrics.counter({
    name: 'leadtriage_consumer_recreations_total',
    help: 'Consumers deleted, and then recreated, because they delivered no messages, by reason.',
    labelNames: ['reason'],
  })
  const reasons = Object.values(Finding)
  for (const reason of reasons) consumers.inc({ reason }, 0) // otherwise Prometheus would miss the first increase
  const streams = countStreamRecreations(options.metrics, reasons)
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  let wake = Promise.withResolvers<void>()
  let alertSnapshots = ALERT_SNAPSHOTS
  let missedPulls = 0
  let previous: QueueSnapshot | undefined
  let current: { readonly finding: Finding; readonly snapshots: number } | undefined
  /** When a consumer with a finding was last replaced within the same stream. */
  let replacedAtMs = Number.NEGATIVE_INFINITY

  const reset = () => {
    previous = undefined
    current = undefined
  }

  /** Takes a snapshot, and deletes what enough snapshots have shown to be broken. */
  const inspect = async (connection: NatsConnection) => {
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: REQUEST_TIMEOUT_MS })
    const snapshot = await readQueueSnapshot(manager, stream, consumer, missedPulls >= MISSED_PULLS)
    const last = previous
    previous = snapshot
    if (snapshot === undefined) {
      current = undefined
      return
    }
    if (last !== undefined && last.consumerCreated !== snapshot.consumerCreated) {
      if (current !== undefined && last.streamCreated === snapshot.streamCreated) replacedAtMs = performance.now()
      onReplaced(snapshot.consumerCreated)
    }
    const finding = await find(connection, manager, last, snapshot)
    current = finding && { finding, snapshots: current?.finding === finding ? current.snapshots + 1 : 1 }
    if (current !== undefined && current.snapshots >= REQUIRED_SNAPSHOTS[current.finding]) {
      await recreate(manager, current.finding, snapshot) // 1
    }
  }

  const find = async (
    connection: NatsConnection,
    manager: JetStreamManager,
    last: QueueSnapshot | undefined,
    snapshot: QueueSnapshot,
  ): Promise<Finding | undefined> => {
    if (missedPulls >= MISSED_PULLS) return Finding.MissedHeartbeats
    if (last === undefined || !hasNoProgress(last, snapshot)) return undefined
    const hasNoDelivery = last.deliveries === snapshot.deliveries
    if (hasNoDelivery && !(await canReadOldest(manager, stream, snapshot.firstSequence))) return Finding.Unreadable
    // tested in any case: a consumer whose messages reach no worker still counts deliveries
    if (!(await consumerResponds(connection, nats.inboxPrefix, stream, consumer))) return Finding.Mute
    if (!hasNoDelivery) return undefined
    return classifyQueue(snapshot)
  }

  const recreate = async (manager: JetStreamManager, reason: Finding, snapshot: QueueSnapshot) => {
    await pause(timing.waitMs())
    if (stopping.signal.aborted || !(await isUnchanged(manager, snapshot))) return reset() // 2
    const { messages, pending, inFlight } = snapshot
    const wasReplaced = performance.now() - replacedAtMs < REPLACED_MS && messages > 0
    const fields = { reason, stream, consumer, messages, pending, inFlight }
    if (reason === Finding.Unreadable || wasReplaced) {
      log.error(fields, 'deleting a stream that does not deliver; its leads will be republished') // 3
      await manager.streams.delete(stream)
      streams.inc({ reason })
    } else {
      log.error(fields, 'deleting a consumer that does not deliver; it will be recreated')
      await manager.consumers.delete(stream, consumer)
      consumers.inc({ reason })
      replacedAtMs = performance.now()
    }
    missedPulls = 0
    reset()
    onReplaced()
  }

  const isUnchanged = async (manager: JetStreamManager, snapshot: QueueSnapshot): Promise<boolean> => {
    const now = await readQueueSnapshot(manager, stream, consumer, true)
    return now !== undefined && hasNoProgress(snapshot, now)
  }

  const run = async () => {
    while (!stopping.signal.aborted) {
      const isAlert = alertSnapshots > 0 || current !== undefined
      wake = Promise.withResolvers() // a new one each time: an unsettled promise retains every race it took part in
      await Promise.race([pause(isAlert ? timing.alertMs : timing.calmMs), wake.promise])
      alertSnapshots = Math.max(0, alertSnapshots - 1)
      const connection = nats.up()
      if (stopping.signal.aborted || connection === undefined) {
        reset()
        continue
      }
      try {
        await inspect(connection)
      } catch (error) {
        log.debug({ err: error }, 'cannot inspect the queue')
        reset() // 1
      }
    }
  }

  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined)

  return {
    start: () => {
      running ??= run()
    },
    notePullEnd: (end) => {
      missedPulls = end === PullEnd.MissedHeartbeats ? missedPulls + 1 : 0
      if (end === PullEnd.Complete || end === PullEnd.Expired || end === PullEnd.Stopped) return
      if (alertSnapshots === 0) wake.resolve()
      alertSnapshots = ALERT_SNAPSHOTS
    },
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
