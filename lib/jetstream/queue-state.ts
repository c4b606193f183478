import type { MsgRequest } from '@nats-io/jetstream'
import { jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from './connect.ts'
import type { JetStreamNames } from './names.ts'

/** What waits between intake and triage, as the consumer's leader sees it. */
export interface QueueState {
  /** Messages that no worker has taken yet. */
  readonly pending: number
  /** Messages taken and not finished. */
  readonly inFlight: number
  /** Age of the oldest unfinished message in milliseconds; undefined when there is none. */
  readonly oldestAgeMs: number | undefined
}

export async function readQueueState(connection: NatsConnection, names: JetStreamNames): Promise<QueueState> {
  const manager = await jetstreamManager(connection)
  const [stream, consumer] = await Promise.all([
    manager.streams.info(names.leadsStream),
    manager.consumers.info(names.leadsStream, names.triageConsumer),
  ])
  const { messages, first_ts: firstTimestamp } = stream.state
  // newer servers say what time it is for them, so that no two clocks are compared
  const now = stream.ts === undefined ? Date.now() : Date.parse(stream.ts)
  return {
    pending: consumer.num_pending,
    inFlight: consumer.num_ack_pending,
    oldestAgeMs: messages === 0 ? undefined : Math.max(0, now - Date.parse(firstTimestamp)),
  }
}

/** The head of the queue. */
export interface QueueHead {
  /** The oldest message that no worker has taken yet; undefined when none waits. */
  readonly oldest: Uint8Array | undefined
  /** Names the consumer from its creation to its deletion; another one means that the stream may have lost what it had. */
  readonly incarnation: string
}

/** Asks the server twice, whatever the length of the queue. */
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
 * Asks for the first message at a sequence or behind it, since the one at the very sequence may be gone. The client's
 * types know this request for direct gets only; the server has answered it for both since 2.9.
 */
function firstFrom(sequence: number, subject: string): MsgRequest {
  return { seq: sequence, next_by_subj: subject } as MsgRequest
}
