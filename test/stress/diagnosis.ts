import type { ConsumerInfo, StreamInfo } from '@nats-io/jetstream'
import type { Lane } from './lane.ts'

/** The state of the server and the workers while leads hang. */
export interface Diagnosis {
  readonly hanging: number
  /** Number of hanging leads whose message is in the stream. */
  readonly queued: number
  readonly stream:
    | (Pick<StreamInfo, 'created'> & Pick<StreamInfo['state'], 'messages' | 'first_seq' | 'last_seq'>)
    | undefined
  readonly consumer:
    | Pick<
        ConsumerInfo,
        'created' | 'num_pending' | 'num_ack_pending' | 'num_redelivered' | 'num_waiting' | 'delivered' | 'ack_floor'
      >
    | undefined
  /** Metrics of each worker: messages by outcome, recreations, stale replies. */
  readonly workers: readonly string[]
  readonly cause: string
}

const WORKER_METRIC =
  /^(leadtriage_(?:messages_total|(?:consumer|stream)_recreations_total|stale_answers_total)\S*) ([1-9]\d*)$/gm

/** Reads the state that distinguishes the causes of a hang. */
export async function diagnose(lane: Lane, hangingIds: readonly string[]): Promise<Diagnosis> {
  const { manager, names } = lane
  const stream = await manager.streams
    .info(names.leadsStream, { subjects_filter: names.leadsSubjects })
    .catch(() => undefined)
  const consumer = await manager.consumers.info(names.leadsStream, names.triageConsumer).catch(() => undefined)
  const workers = await Promise.all(lane.triages.map(({ url }) => readWorker(url)))
  const subjects = stream?.state.subjects ?? {}
  const queued = hangingIds.filter((id) => names.leadReceived(id) in subjects).length
  return {
    hanging: hangingIds.length,
    queued,
    stream: stream && {
      created: stream.created,
      messages: stream.state.messages,
      first_seq: stream.state.first_seq,
      last_seq: stream.state.last_seq,
    },
    consumer: consumer && {
      created: consumer.created,
      num_pending: consumer.num_pending,
      num_ack_pending: consumer.num_ack_pending,
      num_redelivered: consumer.num_redelivered,
      num_waiting: consumer.num_waiting,
      delivered: consumer.delivered,
      ack_floor: consumer.ack_floor,
    },
    workers,
    cause: causeOf(queued, stream, consumer),
  }
}

function causeOf(queued: number, stream: StreamInfo | undefined, consumer: ConsumerInfo | undefined): string {
  if (stream === undefined || consumer === undefined) return 'the stream or the consumer is missing'
  const { num_ack_pending: ackPending, num_redelivered: redelivered, num_pending: pending } = consumer
  if (queued === 0) return '4: the messages are not in the stream'
  if (ackPending === 0 && pending === 0) return '4: the consumer has skipped messages in the stream'
  if (ackPending === 0) return '2: the messages are pending and cannot be read'
  return redelivered > 0 ? '1: redelivered, but not received by a worker' : '3: in flight in the workers'
}

async function readWorker(url: string): Promise<string> {
  try {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) })
    return [...(await response.text()).matchAll(WORKER_METRIC)]
      .map(([, name, value]) => `${name?.replace(',service="triage"', '')} ${value}`)
      .join(', ')
  } catch (error) {
    return `unreachable (${error})`
  }
}
