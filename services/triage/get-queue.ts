import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import type { Nats } from '../../lib/jetstream/connect.ts'
import type { JetStreamNames } from '../../lib/jetstream/names.ts'
import type { QueueState } from '../../lib/jetstream/queue-state.ts'
import { readQueueState } from '../../lib/jetstream/queue-state.ts'
import type { DeadLetterStore } from './dead-letter-store.ts'

export interface Queue extends QueueState {
  /** Leads that triage gave up on. */
  readonly deadLetters: number
  /** Leads that wait outside the queue for their next try. */
  readonly parked: number
}

/** @throws AppError `unavailable` when NATS or the database cannot be reached */
export async function getQueue(parts: {
  nats: Nats
  names: JetStreamNames
  deadLetters: DeadLetterStore
}): Promise<Queue> {
  const [state, { dead, parked }] = await Promise.all([
    queueState(parts.nats, parts.names),
    parts.deadLetters.countByState(),
  ])
  return { ...state, deadLetters: dead, parked }
}

async function queueState(nats: Nats, names: JetStreamNames): Promise<QueueState> {
  const connection = nats.up()
  try {
    if (connection === undefined) throw new Error('not connected')
    return await readQueueState(connection, names)
  } catch (cause) {
    throw new AppError(ErrorCode.Unavailable, 'NATS cannot be reached right now.', { cause, retryAfterSeconds: 1 })
  }
}
