import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StreamConfig } from '@nats-io/jetstream'
import { AckPolicy, DiscardPolicy, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { Log } from '../log/log.ts'
import { createThrottledLog } from '../log/throttled-log.ts'
import type { Nats } from './connect.ts'
import { CREATION_DELAYS, ensureConsumer, ensureStream } from './declare.ts'
import type { JetStreamNames } from './names.ts'
import { isAtLeast } from './server-version.ts'

/** How long the server remembers message ids; they live in memory, and Postgres is the long memory. */
const DUPLICATE_WINDOW_MS = 120_000
const RETRY_MS = 500
const INSIGHTS_MAX_AGE_MS = 7 * 24 * 3_600_000
/** How many leads all workers together may have in hand: sixteen times what one takes by default. */
const MAX_ACK_PENDING = 16_384

export interface Topology {
  readonly names: JetStreamNames
  /** Copies of each stream. */
  readonly replicas: number
  /** How many events the stream of insights keeps at most; the oldest go first. */
  readonly keptInsights: number
}

/** What a worker adds: the consumer it pulls from. */
export interface WorkerTopology extends Topology {
  /** How long a worker may keep a message without a sign of life before another worker gets it. */
  readonly ackWaitMs: number
}

/**
 * Declares the streams as soon as NATS can be reached, trying until it succeeds or the connection is closed.
 * @returns resolves when they are there, or when `timeoutMs` is over: the trying goes on
 */
export async function declareStreams(options: {
  nats: Nats
  topology: Topology
  timeoutMs: number
  log: Log
}): Promise<void> {
  const { nats, topology, timeoutMs, log } = options
  const logFailure = createThrottledLog(log, 'warn', 'cannot declare the streams; trying on')
  const declare = async () => {
    const connection = await nats.first()
    while (!connection.isClosed()) {
      try {
        return await ensureStreams(nats, topology)
      } catch (error) {
        if (!connection.isClosed()) logFailure({ err: error })
        await sleep(RETRY_MS, undefined, { ref: false })
      }
    }
  }
  const declared = declare().catch(() => undefined) // only a close before the first connection rejects
  await Promise.race([declared, sleep(timeoutMs, undefined, { ref: false })])
}

/**
 * Declares both streams: creates what is missing, updates what differs, deletes nothing. A missing stream is created after
 * a wait of up to a second: see declare.ts.
 */
export async function ensureStreams(
  nats: Nats,
  { names, replicas, keptInsights }: Topology,
  delays = CREATION_DELAYS,
): Promise<void> {
  const connection = await nats.first()
  const manager = await jetstreamManager(connection)
  const leads = {
    name: names.leadsStream,
    subjects: [names.leadsSubjects],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
    // one message per lead: a second one is refused with error 10077, which says "already queued"
    max_msgs_per_subject: 1,
    discard: DiscardPolicy.New,
    discard_new_per_subject: true,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    num_replicas: replicas,
  }
  const insights = {
    name: names.insightsStream,
    subjects: [names.insightsSubjects],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    max_age: nanos(INSIGHTS_MAX_AGE_MS),
    // it shares a disk with the leads, which must not wait for it to shrink; not by max_bytes, which would be reserved:
    // docs/decisions/017-insights-by-number.md
    max_msgs: keptInsights,
    discard: DiscardPolicy.Old,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    num_replicas: replicas,
  }
  await Promise.all([
    ensureStream(manager, leads, delays, firstSequence(connection.info?.version)),
    ensureStream(manager, insights, delays),
  ])
}

/** Declares the streams and the consumer that triage workers share; like {@link ensureStreams}. */
export async function ensureTriageConsumer(
  nats: Nats,
  topology: WorkerTopology,
  delays = CREATION_DELAYS,
): Promise<void> {
  await ensureStreams(nats, topology, delays)
  const { leadsStream, triageConsumer } = topology.names
  const manager = await jetstreamManager(await nats.first())
  const config = {
    ack_wait: nanos(topology.ackWaitMs),
    max_ack_pending: MAX_ACK_PENDING,
    // unlimited: a message past a limit would stay in the stream, counted nowhere. The worker decides instead.
    max_deliver: -1,
  }
  await ensureConsumer(manager, leadsStream, triageConsumer, config, delays, { ack_policy: AckPolicy.Explicit })
}

/**
 * Where the sequence of a new stream of leads begins: behind that of every stream of that name before, so that a late ack
 * for a message of a deleted stream names none of the new one, whose state an acknowledgement does not name otherwise.
 * 1,000 times the milliseconds of the clock, below 2^52 until the year 2112. Clocks that differ only make it less likely.
 * nats-server has the setting since 2.10.0.
 */
function firstSequence(serverVersion: string | undefined): Partial<StreamConfig> {
  if (!isAtLeast(serverVersion, '2.10.0')) return {}
  return { first_seq: Date.now() * 1_000 + randomInt(0, 1_000) }
}
