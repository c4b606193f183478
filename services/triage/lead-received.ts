import { fromBinary } from '@bufbuild/protobuf'
import { timestampDate } from '@bufbuild/protobuf/wkt'
import { isUuid } from '../../domain/uuid.ts'
import type { LeadReceived } from '../../gen/leadtriage/events/v1/lead_received_pb.ts'
import { LeadReceivedSchema } from '../../gen/leadtriage/events/v1/lead_received_pb.ts'
import { leadIdOf } from '../../lib/jetstream/names.ts'
import { TerminalError } from '../../lib/mailbox/failure.ts'
import type { LeadOrigin } from './insight-store.ts'

/** @throws TerminalError when the message is invalid, which no retry can change */
export function decodeLeadReceived({ data, subject }: { data: Uint8Array; subject: string }): LeadReceived {
  const event = decode(data)
  if (!isUuid(event.leadId) || event.leadId !== leadIdOf(subject)) {
    throw new TerminalError('the lead id of the event differs from its subject')
  }
  if (event.generation < 1) throw new TerminalError('the event has no generation')
  return event
}

/** @throws TerminalError when the event has no creation time of the lead */
export function originOf(event: LeadReceived): LeadOrigin {
  return { clientId: event.clientId, source: event.source ?? null, receivedAt: receivedAtOf(event) }
}

/** When the lead was committed, however often it was triaged since. */
function receivedAtOf({ createdAt }: LeadReceived): Date {
  const receivedAt = createdAt && timestampDate(createdAt)
  if (receivedAt === undefined || Number.isNaN(receivedAt.getTime())) {
    throw new TerminalError('the event has no creation time of the lead')
  }
  return receivedAt
}

function decode(data: Uint8Array): LeadReceived {
  try {
    return fromBinary(LeadReceivedSchema, data)
  } catch (cause) {
    throw new TerminalError('the message is not a LeadReceived event', { cause })
  }
}
