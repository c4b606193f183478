import type { JetStreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { createInbox } from '@nats-io/transport-node'
import { isMissing } from '../declare.ts'

/** The state of a stream and of the consumer that delivers its messages, as reported by the server. */
export interface QueueSnapshot {
  readonly streamCreated: string
  readonly consumerCreated: string
  readonly messages: number
  /** Sequence of the oldest message. */
  readonly firstSequence: number
  /** Messages not yet delivered. */
  readonly pending: number
  /** Messages delivered and not yet acknowledged. */
  readonly inFlight: number
  readonly maxInFlight: number
  /** Lower bound for the messages that are neither pending nor in flight. */
  readonly skipped: number
  /** Pulls waiting at the server. */
  readonly pulls: number
  /** Number of deliveries, including redeliveries. */
  readonly deliveries: number
  /** All deliveries up to this one are acknowledged. */
  readonly ackFloor: number
}

/** @returns undefined if the consumer is missing or paused, or, unless `evenIfEmpty`, if the stream is empty */
export async function readQueueSnapshot(
  manager: JetStreamManager,
  stream: string,
  consumer: string,
  evenIfEmpty: boolean,
): Promise<QueueSnapshot | undefined> {
  try {
    const before = await manager.streams.info(stream)
    if (before.state.messages === 0 && !evenIfEmpty) return undefined
    const queue = await manager.consumers.info(stream, consumer)
    if (queue.paused) return undefined // by an operator
    const after = await manager.streams.info(stream)
    // messages published between the two requests are not counted: the consumer info may not include them
    const published = after.state.last_seq - before.state.last_seq
    return {
      streamCreated: after.created,
      consumerCreated: queue.created,
      messages: after.state.messages,
      firstSequence: after.state.first_seq,
      pending: queue.num_pending,
      inFlight: queue.num_ack_pending,
      maxInFlight: queue.config.max_ack_pending ?? 0,
      skipped: Math.max(0, after.state.messages - published - queue.num_pending - queue.num_ack_pending),
      pulls: queue.num_waiting,
      deliveries: queue.delivered.consumer_seq,
      ackFloor: queue.ack_floor.consumer_seq,
    }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Whether the server can read the oldest message of the stream; true if a different one is the oldest by now. */
export async function canReadOldest(manager: JetStreamManager, stream: string, sequence: number): Promise<boolean> {
  const message = await manager.streams.getMessage(stream, { seq: sequence })
  if (message !== null) return true
  const { state } = await manager.streams.info(stream)
  return state.messages === 0 || state.first_seq !== sequence
}

const CONSUMER_TIMEOUT_MS = 1_000
const SERVER_TIMEOUT_MS = 3_000

/** A pull that every consumer refuses at once without delivering: the heartbeat is longer than half of the expiry. */
const REFUSED_PULL = JSON.stringify({ batch: 1, expires: 1_000_000_000, idle_heartbeat: 900_000_000 })

/**
 * Whether the consumer responds to a pull, even if by refusing it. A ping tests that the server itself responds.
 *
 * @throws Error if the server does not respond to the ping
 */
export async function consumerResponds(
  connection: NatsConnection,
  inboxPrefix: string,
  stream: string,
  consumer: string,
): Promise<boolean> {
  const { promise: responded, resolve } = Promise.withResolvers<true>()
  const inbox = createInbox(inboxPrefix)
  const subscription = connection.subscribe(inbox, { callback: () => resolve(true) })
  let timer: NodeJS.Timeout | undefined
  try {
    connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, REFUSED_PULL, { reply: inbox })
    await ping(connection)
    const late = new Promise<false>((done) => {
      timer = setTimeout(done, CONSUMER_TIMEOUT_MS, false)
    })
    return await Promise.race([responded, late])
  } finally {
    clearTimeout(timer)
    subscription.unsubscribe()
  }
}

/**
 * `flush` with a timeout: without one it waits for a frozen server until the connection is closed, up to 30 seconds.
 *
 * @throws Error if the server does not respond in time
 */
async function ping(connection: NatsConnection): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('nats-server does not respond')), SERVER_TIMEOUT_MS)
  })
  try {
    await Promise.race([connection.flush(), late])
  } finally {
    clearTimeout(timer)
  }
}
