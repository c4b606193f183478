import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import type { Log } from '../../log/log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Nats, NatsConnection } from '../connect.ts'
import { PullEnd } from '../pull.ts'
import { Finding, findingOf, isUnfinished } from './finding.ts'
import { canReadOldest, consumerAnswers, lookAtQueue, type QueueLook } from './look.ts'
import { countStreamRecreations } from './stream-recreations.ts'

/*
 * Recreates a consumer, or its stream, that holds messages and delivers none, whatever defect of the server is behind it
 * (docs/operations/README.md, "Supported nats-server versions"). PostgreSQL has every lead, so that a deleted stream costs time and nothing
 * else. Invariants:
 *  1. It acts only on what several looks in a row have shown while nothing moved, and the server answered all of them.
 *     An idle queue, a backlog, slow work, long holds, and a server that is away or frozen are none of that.
 *  2. Just before it deletes, after a random wait, it makes sure that the stream and the consumer are still the ones it
 *     has seen: of several workers that find the same, one acts.
 *  3. First the consumer goes. The stream goes when its messages cannot be read, and when a new consumer is as it was
 *     with the one before.
 *  4. While all is well it asks the server once in ten seconds, when the queue is empty, and three times otherwise.
 */
export interface Watchdog {
  start(): void
  /** To be told of each end of a pull. */
  notePullEnd(end: PullEnd): void
  stop(): Promise<void>
}

export interface WatchdogTiming {
  /** Between two looks while all is well. */
  readonly calmMs: number
  /** Between two looks for a while after a pull failed, and while something looks wrong. */
  readonly alertMs: number
  /** Before it deletes something; random, so that of several workers one is the first. */
  waitMs(): number
}

const TIMING: WatchdogTiming = { calmMs: 10_000, alertMs: 1_000, waitMs: () => randomInt(0, 1_000) }
/** How many looks in a row must show the same. What is tested by a request of its own needs fewer. */
const LOOKS = {
  [Finding.Unreadable]: 3,
  [Finding.Mute]: 3,
  [Finding.Skipped]: 6,
  [Finding.NotDelivering]: 4,
  [Finding.MissedHeartbeats]: 1, // has been counted by the pulls
} as const satisfies Record<Finding, number>
/** How many pulls in a row: the second was sent after the server had answered, so that it was not away. */
const MISSED_PULLS = 2
/** How many looks are made quickly after a pull failed. */
const ALERT_LOOKS = 15
/** A new consumer that is no better than the one before shows it within this time. */
const REPLACED_MS = 60_000
const ANSWERS_WITHIN_MS = 3_000

export function createWatchdog(options: {
  nats: Nats
  stream: string
  consumer: string
  /**
   * Called when the consumer was seen to be another one than before, with the `created` of that one, and when it was
   * deleted: pulls at the former one wait for nothing.
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
    help: 'Consumers that a worker deleted because they delivered nothing, by reason. A worker creates them again.',
    labelNames: ['reason'],
  })
  const reasons = Object.values(Finding)
  for (const reason of reasons) consumers.inc({ reason }, 0) // else the first increase is none to Prometheus
  const streams = countStreamRecreations(options.metrics, reasons)
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  let wake = Promise.withResolvers<void>()
  let alertLooks = ALERT_LOOKS
  let missedPulls = 0
  let previous: QueueLook | undefined
  let suspicion: { readonly finding: Finding; readonly looks: number } | undefined
  /** When a consumer that was under suspicion was replaced by another one of the same stream. */
  let replacedAtMs = Number.NEGATIVE_INFINITY

  const beginAnew = () => {
    previous = undefined
    suspicion = undefined
  }

  /** One look; deletes what several have shown to be broken. */
  const look = async (connection: NatsConnection) => {
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: ANSWERS_WITHIN_MS })
    const current = await lookAtQueue(manager, stream, consumer, missedPulls >= MISSED_PULLS)
    const last = previous
    previous = current
    if (current === undefined) {
      suspicion = undefined
      return
    }
    if (last !== undefined && last.consumerCreated !== current.consumerCreated) {
      if (suspicion !== undefined && last.streamCreated === current.streamCreated) replacedAtMs = performance.now()
      onReplaced(current.consumerCreated)
    }
    const finding = await find(connection, manager, last, current)
    suspicion = finding && { finding, looks: suspicion?.finding === finding ? suspicion.looks + 1 : 1 }
    if (suspicion !== undefined && suspicion.looks >= LOOKS[suspicion.finding]) {
      await act(manager, suspicion.finding, current) // 1
    }
  }

  const find = async (
    connection: NatsConnection,
    manager: JetStreamManager,
    last: QueueLook | undefined,
    current: QueueLook,
  ): Promise<Finding | undefined> => {
    if (missedPulls >= MISSED_PULLS) return Finding.MissedHeartbeats
    if (last === undefined || !isUnfinished(last, current)) return undefined
    const isStill = last.deliveries === current.deliveries
    if (isStill && !(await canReadOldest(manager, stream, current.firstSequence))) return Finding.Unreadable
    // a consumer that sends into nothing seems to deliver
    if (!(await consumerAnswers(connection, nats.inboxPrefix, stream, consumer))) return Finding.Mute
    if (!isStill) return undefined
    return findingOf(current)
  }

  const act = async (manager: JetStreamManager, reason: Finding, seen: QueueLook) => {
    await pause(timing.waitMs())
    if (stopping.signal.aborted || !(await isUnchanged(manager, seen))) return beginAnew() // 2
    const { messages, pending, inFlight } = seen
    const wasReplaced = performance.now() - replacedAtMs < REPLACED_MS && messages > 0
    const fields = { reason, stream, consumer, messages, pending, inFlight }
    if (reason === Finding.Unreadable || wasReplaced) {
      log.error(fields, 'deleting a stream that does not deliver; its leads are published again') // 3
      await manager.streams.delete(stream)
      streams.inc({ reason })
    } else {
      log.error(fields, 'deleting a consumer that does not deliver; it is created again')
      await manager.consumers.delete(stream, consumer)
      consumers.inc({ reason })
      replacedAtMs = performance.now()
    }
    missedPulls = 0
    beginAnew()
    onReplaced()
  }

  const isUnchanged = async (manager: JetStreamManager, seen: QueueLook): Promise<boolean> => {
    const now = await lookAtQueue(manager, stream, consumer, true)
    return now !== undefined && isUnfinished(seen, now)
  }

  const run = async () => {
    while (!stopping.signal.aborted) {
      const isAlert = alertLooks > 0 || suspicion !== undefined
      wake = Promise.withResolvers() // each time: a promise keeps what has raced it for as long as it is unsettled
      await Promise.race([pause(isAlert ? timing.alertMs : timing.calmMs), wake.promise])
      alertLooks = Math.max(0, alertLooks - 1)
      const connection = nats.up()
      if (stopping.signal.aborted || connection === undefined) {
        beginAnew()
        continue
      }
      try {
        await look(connection)
      } catch (error) {
        log.debug({ err: error }, 'cannot look at the queue')
        beginAnew() // 1
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
      if (alertLooks === 0) wake.resolve()
      alertLooks = ALERT_LOOKS
    },
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
