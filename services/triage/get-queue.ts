import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import type { Nats } from '../../lib/jetstream/connect.ts'
import type { JetStreamNames } from '../../lib/jetstream/names.ts'
import type { QueueState } from '../../lib/jetstream/queue-state.ts'
import { readQueueState } from '../../lib/jetstream/queue-state.ts'
import type { DeadLetterStore } from './dead-letter-store.ts'

export interface Queue extends QueueState {
  /** Number of dead-lettered leads. */
  readonly deadLetters: number
  /** Number of leads waiting outside the queue for a retry. */
  readonly parked: number
  /** Number of leads that are due and wait in PostgreSQL because the queue is full. */
  readonly deferred: number
}

/**
 * Returns the state of the queue across all workers.
 * @throws AppError `unavailable` when NATS or PostgreSQL is unreachable
 */
export async function getQueue(parts: {
  nats: Nats
  names: JetStreamNames
  deadLetters: DeadLetterStore
}): Promise<Queue> {
  const [state, { dead, parked, deferred }] = await Promise.all([
    queueState(parts.nats, parts.names),
    parts.deadLetters.countByState(),
  ])
  return { ...state, deadLetters: dead, parked, deferred }
}

async function queueState(nats: Nats, names: JetStreamNames): Promise<QueueState> {
  const connection = nats.up()
  try {
    if (connection === undefined) throw new Error('not connected')
    return await readQueueState(connection, names)
  } catch (cause) {
    throw new AppError(ErrorCode.Unavailable, 'NATS is unreachable.', { cause, retryAfterSeconds: 1 })
  }
}
