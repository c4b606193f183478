import type { AuditSource } from '../../lib/auth/audit-event.ts'
import type { AuditLog } from '../../lib/auth/audit-log.ts'
import type { Nats } from '../../lib/jetstream/connect.ts'
import type { JetStreamNames } from '../../lib/jetstream/names.ts'
import type { DeadLetter } from './dead-letter.ts'
import type { DeadLetterStore } from './dead-letter-store.ts'
import { getDeadLetter } from './get-dead-letter.ts'
import { getQueue, type Queue } from './get-queue.ts'
import { type DeadLetterPage, listDeadLetters } from './list-dead-letters.ts'
import { redriveDeadLetters } from './redrive-dead-letters.ts'

/** The operations of triage, as the protocol handlers call them. The file of each use case documents its errors. */
export interface Triage {
  getQueue(): Promise<Queue>
  listDeadLetters(input: unknown): Promise<DeadLetterPage>
  getDeadLetter(leadId: unknown): Promise<DeadLetter>
  redriveDeadLetters(source: AuditSource, input: unknown, signal: AbortSignal): Promise<number>
}

export function createTriage(parts: {
  nats: Nats
  names: JetStreamNames
  deadLetters: DeadLetterStore
  audit: AuditLog
}): Triage {
  const { deadLetters } = parts
  return {
    getQueue: () => getQueue(parts),
    listDeadLetters: (input) => listDeadLetters(deadLetters, input),
    getDeadLetter: (leadId) => getDeadLetter(deadLetters, leadId),
    redriveDeadLetters: (source, input, signal) => redriveDeadLetters(parts, source, input, signal),
  }
}
