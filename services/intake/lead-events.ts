import { create, toBinary } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { sha256Hex } from '../../domain/lead.ts'
import { LeadReceivedSchema } from '../../gen/leadtriage/events/v1/lead_received_pb.ts'
import type { JetStreamNames } from '../../lib/jetstream/names.ts'
import type { Publisher } from '../../lib/jetstream/publisher.ts'
import type { OutgoingMessage } from '../../lib/jetstream/reply-inbox.ts'
import type { DeferredLeads } from './deferral/deferred-leads.ts'
import type { PublishGate } from './deferral/publish-gate.ts'
import type { LeadRow, StoredLead } from './lead-store.ts'

/** Publishes committed leads to triage. Never fails and never waits: a committed lead is safe without its event. */
export interface LeadEvents {
  /**
   * Publishes the event of a recently created lead, with a message id that is the same for every attempt of a request.
   * Also on a replay, since the event of the first attempt may have been lost and a duplicate is harmless. Skips older
   * leads: the reconciler covers those, and republishing a replayed import would triage the whole file again. Leaves
   * the lead to the reconciler while the queue is full (`deferral/`).
   */
  publish(stored: StoredLead, row: PublishedRow, traceparent: string): void
}

/** The parts of a row that are the same for every attempt of a request. */
type PublishedRow = Pick<LeadRow, 'clientId' | 'idempotencyKey' | 'contentHash'>

interface QueuedLead {
  readonly id: string
  readonly generation: number
  readonly note: string
  readonly contentHash: string
  readonly createdAt: Date
  readonly queuedAt: Date
  readonly attempts: number
  readonly clientId: string
  readonly source: string | null
}

export function createLeadEvents(options: {
  publisher: Publisher
  gate: Pick<PublishGate, 'tryEnter'>
  deferred: Pick<DeferredLeads, 'add'>
  names: JetStreamNames
}): LeadEvents {
  const { publisher, gate, deferred, names } = options
  return {
    publish: ({ lead, generation, recent }, { clientId, idempotencyKey, contentHash }, traceparent) => {
      if (!recent) return
      if (!gate.tryEnter()) return deferred.add(lead.id, clientId)
      const event = { ...lead, clientId, generation, contentHash, queuedAt: lead.createdAt, attempts: 0 }
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
    clientId: lead.clientId,
    ...(lead.source === null ? {} : { source: lead.source }),
  })
  return { subject: names.leadReceived(lead.id), payload: toBinary(LeadReceivedSchema, event), messageId, traceparent }
}

/**
 * Derives the `Nats-Msg-Id` from client id, key and generation, so that every attempt to store a lead has the same id.
 * Hashed, since a header must not contain user input.
 */
export function messageIdOf(clientId: string, idempotencyKey: string, generation: number): string {
  const parts = generation === 1 ? [clientId, idempotencyKey] : [clientId, idempotencyKey, generation]
  return sha256Hex(JSON.stringify(parts))
}
