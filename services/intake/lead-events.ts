import { create, toBinary } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { sha256Hex } from '../../domain/lead.ts'
import { LeadReceivedSchema } from '../../gen/leadtriage/events/v1/lead_received_pb.ts'
import type { JetStreamNames } from '../../lib/jetstream/names.ts'
import type { OutgoingMessage, Publisher } from '../../lib/jetstream/publisher.ts'
import type { LeadRow, StoredLead } from './lead-store.ts'

/** Tells triage about committed leads. Never fails and never waits: a lead is safe once it is committed. */
export interface LeadEvents {
  /**
   * Publishes the event of a lead that is new, under the message id that every try of the same request has. Also on a
   * replay: the event of the first try may be what was lost, and a second one changes nothing. Not when the lead is older
   * (`recent`): then the reconciler looks after it, and triage would do again for a whole file what it has done.
   */
  publish(stored: StoredLead, row: PublishedRow, traceparent: string): void
}

/** What the same request gives every time: under its key the same note is stored. */
type PublishedRow = Pick<LeadRow, 'clientId' | 'idempotencyKey' | 'contentHash'>

/** What an event is made of. */
interface QueuedLead {
  readonly id: string
  readonly generation: number
  readonly note: string
  readonly contentHash: string
  readonly createdAt: Date
  readonly queuedAt: Date
  readonly attempts: number
}

export function createLeadEvents(publisher: Publisher, names: JetStreamNames): LeadEvents {
  return {
    publish: ({ lead, generation, recent }, { clientId, idempotencyKey, contentHash }, traceparent) => {
      if (!recent) return
      const event = { ...lead, generation, contentHash, queuedAt: lead.createdAt, attempts: 0 }
      const messageId = messageIdOf(clientId, idempotencyKey, generation)
      publisher.publish(leadReceivedMessage(names, event, messageId, traceparent))
    },
  }
}

export function leadReceivedMessage(
  names: JetStreamNames,
  lead: QueuedLead,
  messageId: string,
  traceparent: string,
): OutgoingMessage {
  const event = create(LeadReceivedSchema, {
    leadId: lead.id,
    generation: lead.generation,
    note: lead.note,
    contentHash: lead.contentHash,
    createdAt: timestampFromDate(lead.createdAt),
    queuedAt: timestampFromDate(lead.queuedAt),
    attempts: lead.attempts,
  })
  return { subject: names.leadReceived(lead.id), payload: toBinary(LeadReceivedSchema, event), messageId, traceparent }
}

/**
 * Made from client id and key, so that every try of one lead has the same id; hashed, since a header must not carry
 * what a user sent. A later generation is another message.
 */
export function messageIdOf(clientId: string, idempotencyKey: string, generation: number): string {
  const parts = generation === 1 ? [clientId, idempotencyKey] : [clientId, idempotencyKey, generation]
  return sha256Hex(JSON.stringify(parts))
}
