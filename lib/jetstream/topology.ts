import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { JetStreamManager, StreamConfig } from '@nats-io/jetstream'
import {
  AckPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { Log } from '../log/log.ts'
import { createSparseLog } from '../log/sparse-log.ts'
import type { Nats } from './connect.ts'
import type { JetStreamNames } from './names.ts'

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
 * @returns resolves when they are there, or when `patienceMs` is over: the trying goes on
 */
export async function declareStreams(options: {
  nats: Nats
  topology: Topology
  patienceMs: number
  log: Log
}): Promise<void> {
  const { nats, topology, patienceMs, log } = options
  const logFailure = createSparseLog(log, 'warn', 'cannot declare the streams; trying on')
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
  await Promise.race([declared, sleep(patienceMs, undefined, { ref: false })])
}

/** Declares both streams: creates what is missing, updates what differs, deletes nothing. */
export async function ensureStreams(nats: Nats, { names, replicas, keptInsights }: Topology): Promise<void> {
  const manager = await jetstreamManager(await nats.first())
  await ensureStream(manager, {
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
  })
  await ensureStream(manager, {
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
  })
}

/** Declares the streams and the consumer that triage workers share; like {@link ensureStreams}. */
export async function ensureTriageConsumer(nats: Nats, topology: WorkerTopology): Promise<void> {
  await ensureStreams(nats, topology)
  const { leadsStream, triageConsumer } = topology.names
  await ensureConsumer(await jetstreamManager(await nats.first()), leadsStream, triageConsumer, topology.ackWaitMs)
}

async function ensureStream(
  manager: JetStreamManager,
  config: Partial<StreamConfig> & { name: string },
): Promise<void> {
  const info = await unlessNotFound(manager.streams.info(config.name))
  if (info === undefined) await manager.streams.add(config)
  // an update that changes nothing is still an agreement among the servers of a cluster
  else if (differs(config, info.config)) await manager.streams.update(config.name, config)
}

async function ensureConsumer(
  manager: JetStreamManager,
  stream: string,
  name: string,
  ackWaitMs: number,
): Promise<void> {
  const config = {
    ack_wait: nanos(ackWaitMs),
    max_ack_pending: MAX_ACK_PENDING,
    // unlimited: a message past a limit would stay in the stream, counted nowhere. The worker decides instead.
    max_deliver: -1,
  }
  const info = await unlessNotFound(manager.consumers.info(stream, name))
  if (info === undefined) {
    await manager.consumers.add(stream, { ...config, durable_name: name, ack_policy: AckPolicy.Explicit })
  } else if (differs(config, info.config)) await manager.consumers.update(stream, name, config)
}

/** Whether the server has another value for one of the settings that we name. */
function differs(wanted: object, actual: object): boolean {
  const settings = new Map(Object.entries(actual))
  return Object.entries(wanted).some(([name, value]) => !isDeepStrictEqual(settings.get(name), value))
}

async function unlessNotFound<T>(info: Promise<T>): Promise<T | undefined> {
  try {
    return await info
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Whether the server said that a stream or a consumer is not there. */
export function isMissing(error: unknown): boolean {
  return (
    error instanceof JetStreamApiError &&
    (error.code === JetStreamApiCodes.StreamNotFound || error.code === JetStreamApiCodes.ConsumerNotFound)
  )
}
