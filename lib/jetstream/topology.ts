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

/** How long the server remembers message ids. It keeps them in memory; PostgreSQL deduplicates beyond that. */
const DUPLICATE_WINDOW_MS = 120_000
const RETRY_MS = 500
const INSIGHTS_MAX_AGE_MS = 7 * 24 * 3_600_000
/** Leads in flight over all workers: sixteen times the default `TRIAGE_MAX_IN_FLIGHT`. */
const MAX_ACK_PENDING = 16_384

export interface Topology {
  readonly names: JetStreamNames
  /** Replicas of each stream. */
  readonly replicas: number
  /** Maximum number of events in the INSIGHTS stream. The oldest are removed first. */
  readonly keptInsights: number
}

/** The topology of a worker, with the consumer it pulls from. */
export interface WorkerTopology extends Topology {
  /** The consumer's ack wait: a message without an acknowledgement for this long is redelivered. */
  readonly ackWaitMs: number
}

/**
 * Declares the streams as soon as NATS is reachable, and retries until it succeeds or the connection is closed.
 *
 * @returns resolves when the streams are declared, or after `timeoutMs`, while the retries continue
 */
export async function declareStreams(options: {
  nats: Nats
  topology: Topology
  timeoutMs: number
  log: Log
}): Promise<void> {
  const { nats, topology, timeoutMs, log } = options
  const logFailure = createThrottledLog(log, 'warn', 'cannot declare the streams; retrying')
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
 * Declares both streams: creates missing ones, updates different ones, deletes none. A missing stream is created after
 * a delay of up to a second (see `declare.ts`).
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
    // one message per lead: a second one is refused with error 10077
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
    // The streams share a disk, which events must not fill up. max_bytes would reserve the space:
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

/** Declares the streams, like {@link ensureStreams}, and the consumer that the triage workers share. */
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
    // unlimited: a message past the limit would stay in the stream, counted nowhere; workers dead-letter it instead
    max_deliver: -1,
  }
  await ensureConsumer(manager, leadsStream, triageConsumer, config, delays, { ack_policy: AckPolicy.Explicit })
}

/**
 * The first sequence of a new LEADS stream. It is higher than any sequence of an earlier stream of that name, so that a
 * late ack for a message of a deleted stream matches none of the new one; an ack subject does not identify the stream's
 * incarnation. 1,000 times the clock's milliseconds stays below 2^52 until the year 2112. Clock skew between processes
 * can only weaken this protection. Requires nats-server 2.10.0.
 */
function firstSequence(serverVersion: string | undefined): Partial<StreamConfig> {
  if (!isAtLeast(serverVersion, '2.10.0')) return {}
  return { first_seq: Date.now() * 1_000 + randomInt(0, 1_000) }
}
