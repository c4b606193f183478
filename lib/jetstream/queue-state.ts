import type { MsgRequest } from '@nats-io/jetstream'
import { jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from './connect.ts'
import type { JetStreamNames } from './names.ts'

/** The queue between intake and triage, as reported by the consumer's leader. */
export interface QueueState {
  /** Messages not yet delivered. */
  readonly pending: number
  /** Messages delivered and not yet acknowledged. */
  readonly inFlight: number
  /** Age of the oldest message in the stream in milliseconds; undefined if the stream is empty. */
  readonly oldestAgeMs: number | undefined
}

export async function readQueueState(connection: NatsConnection, names: JetStreamNames): Promise<QueueState> {
  const manager = await jetstreamManager(connection)
  const [stream, consumer] = await Promise.all([
    manager.streams.info(names.leadsStream),
    manager.consumers.info(names.leadsStream, names.triageConsumer),
  ])
  const { messages, first_ts: firstTimestamp } = stream.state
  // newer servers report their own time, which avoids comparing two clocks
  const now = stream.ts === undefined ? Date.now() : Date.parse(stream.ts)
  return {
    pending: consumer.num_pending,
    inFlight: consumer.num_ack_pending,
    oldestAgeMs: messages === 0 ? undefined : Math.max(0, now - Date.parse(firstTimestamp)),
  }
}

/** How full the queue is, as reported by the consumer's leader. */
export interface QueueDepth {
  /** Messages not yet delivered. */
  readonly pending: number
  /** Messages delivered and not yet acknowledged. */
  readonly inFlight: number
  /** Deliveries since the consumer was created, with redeliveries. */
  readonly delivered: number
}

/**
 * Takes one request. Rejects when the consumer does not exist or does not respond within `timeoutMs`.
 */
export async function readQueueDepth(
  connection: NatsConnection,
  names: JetStreamNames,
  timeoutMs: number,
): Promise<QueueDepth> {
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout: timeoutMs })
  const consumer = await manager.consumers.info(names.leadsStream, names.triageConsumer)
  return {
    pending: consumer.num_pending,
    inFlight: consumer.num_ack_pending,
    delivered: consumer.delivered.consumer_seq,
  }
}

export interface QueueHead {
  /** The oldest message not yet delivered; undefined if there is none. */
  readonly oldest: Uint8Array | undefined
  /** The consumer's creation time. A different value means that the stream may have lost its messages. */
  readonly incarnation: string
}

/** Takes two requests, independent of the length of the queue. */
export async function readQueueHead(connection: NatsConnection, names: JetStreamNames): Promise<QueueHead> {
  const manager = await jetstreamManager(connection)
  const consumer = await manager.consumers.info(names.leadsStream, names.triageConsumer)
  const incarnation = consumer.created
  if (consumer.num_pending === 0) return { oldest: undefined, incarnation }
  const request = firstFrom(consumer.delivered.stream_seq + 1, names.leadsSubjects)
  const message = await manager.streams.getMessage(names.leadsStream, request)
  return { oldest: message?.data, incarnation }
}

/**
 * Requests the first message at or after a sequence, since the message with exactly that sequence may have been
 * removed. The client's types allow this only for direct gets; the server supports it for both since 2.9.
 */
function firstFrom(sequence: number, subject: string): MsgRequest {
  return { seq: sequence, next_by_subj: subject } as MsgRequest
}
