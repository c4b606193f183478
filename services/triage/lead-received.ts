import { fromBinary } from '@bufbuild/protobuf'
import { isUuid } from '../../domain/uuid.ts'
import type { LeadReceived } from '../../gen/leadtriage/events/v1/lead_received_pb.ts'
import { LeadReceivedSchema } from '../../gen/leadtriage/events/v1/lead_received_pb.ts'
import { leadIdOf } from '../../lib/jetstream/names.ts'
import type { Delivery } from '../../lib/mailbox/delivery.ts'
import { TerminalError } from '../../lib/mailbox/failure.ts'

/**
 * The mailbox asks how often a lead was tried and has it handled in the same breath: one decoding does for both. Whoever
 * handles it takes the event away, so that no note stays here.
 */
let asked: { readonly delivery: Delivery; readonly event: LeadReceived } | undefined

/** @throws TerminalError when the message is none of ours: no other try will read it */
export function parseLeadReceived(delivery: Delivery): LeadReceived {
  const known = asked
  asked = undefined
  return known?.delivery === delivery ? known.event : decodeAndCheck(delivery)
}

function decodeAndCheck({ data, subject }: Delivery): LeadReceived {
  const event = decode(data)
  if (!isUuid(event.leadId) || event.leadId !== leadIdOf(subject)) {
    throw new TerminalError('the event names another lead than its subject')
  }
  if (event.generation < 1) throw new TerminalError('the event has no generation')
  return event
}

/** How often the lead had been tried before it was parked and this event published. */
export function priorAttempts(delivery: Delivery): number {
  try {
    asked = { delivery, event: decodeAndCheck(delivery) }
    return asked.event.attempts
  } catch (error) {
    if (error instanceof TerminalError) return 0
    throw error
  }
}

function decode(data: Uint8Array): LeadReceived {
  try {
    return fromBinary(LeadReceivedSchema, data)
  } catch (cause) {
    throw new TerminalError('the message is not a LeadReceived event', { cause })
  }
}
