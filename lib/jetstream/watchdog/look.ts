import type { JetStreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { createInbox } from '@nats-io/transport-node'
import { isMissing } from '../declare.ts'

/** What the server says of a stream that holds messages, and of the consumer that is to deliver them. */
export interface QueueLook {
  readonly streamCreated: string
  readonly consumerCreated: string
  readonly messages: number
  /** Of the oldest message. */
  readonly firstSequence: number
  /** Messages that were not delivered yet. */
  readonly pending: number
  /** Messages that were delivered and not answered for. */
  readonly inFlight: number
  readonly maxInFlight: number
  /** How many messages at least are in the stream and neither pending nor in flight. */
  readonly skipped: number
  /** Pulls that wait at the server. */
  readonly pulls: number
  /** How many deliveries there were, repeated ones included. */
  readonly deliveries: number
  /** Up to which delivery all are answered for. */
  readonly answered: number
}

/** @returns undefined when there is nothing to deliver, unless `evenIfEmpty`, and when the consumer is missing or paused */
export async function lookAtQueue(
  manager: JetStreamManager,
  stream: string,
  consumer: string,
  evenIfEmpty: boolean,
): Promise<QueueLook | undefined> {
  try {
    const before = await manager.streams.info(stream)
    if (before.state.messages === 0 && !evenIfEmpty) return undefined
    const queue = await manager.consumers.info(stream, consumer)
    if (queue.paused) return undefined // by an operator
    const after = await manager.streams.info(stream)
    // what was published between the two looks is not counted: the consumer may not have known of it
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
      answered: queue.ack_floor.consumer_seq,
    }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Whether the server can read the oldest message of the stream; true when another one is the oldest by now. */
export async function canReadOldest(manager: JetStreamManager, stream: string, sequence: number): Promise<boolean> {
  const message = await manager.streams.getMessage(stream, { seq: sequence })
  if (message !== null) return true
  const { state } = await manager.streams.info(stream)
  return state.messages === 0 || state.first_seq !== sequence
}

const ANSWERS_WITHIN_MS = 1_000
const SERVER_ANSWERS_WITHIN_MS = 3_000

/** A pull that every server refuses at once: the heartbeat is more than half of the time. It takes no message. */
const REFUSED_PULL = JSON.stringify({ batch: 1, expires: 1_000_000_000, idle_heartbeat: 900_000_000 })

/**
 * Whether the consumer answers a pull, if only by refusing it. That the server runs is shown by the answer to a ping.
 * @throws Error when the server does not answer either
 */
export async function consumerAnswers(
  connection: NatsConnection,
  inboxPrefix: string,
  stream: string,
  consumer: string,
): Promise<boolean> {
  const { promise: answered, resolve } = Promise.withResolvers<true>()
  const inbox = createInbox(inboxPrefix)
  const subscription = connection.subscribe(inbox, { callback: () => resolve(true) })
  let timer: NodeJS.Timeout | undefined
  try {
    connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, REFUSED_PULL, { reply: inbox })
    await ping(connection)
    const late = new Promise<false>((done) => {
      timer = setTimeout(done, ANSWERS_WITHIN_MS, false)
    })
    return await Promise.race([answered, late])
  } finally {
    clearTimeout(timer)
    subscription.unsubscribe()
  }
}

/**
 * The client's own `flush` waits for a frozen server until the connection is given up, for up to half a minute.
 * @throws Error when the server does not answer in time
 */
async function ping(connection: NatsConnection): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the server does not answer')), SERVER_ANSWERS_WITHIN_MS)
  })
  try {
    await Promise.race([connection.flush(), late])
  } finally {
    clearTimeout(timer)
  }
}
