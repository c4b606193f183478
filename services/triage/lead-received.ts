import { fromBinary } from '@bufbuild/protobuf'
import { isUuid } from '../../domain/uuid.ts'
import type { LeadReceived } from '../../gen/leadtriage/events/v1/lead_received_pb.ts'
import { LeadReceivedSchema } from '../../gen/leadtriage/events/v1/lead_received_pb.ts'
import { leadIdOf } from '../../lib/jetstream/names.ts'
import { TerminalError } from '../../lib/mailbox/failure.ts'

/** @throws TerminalError when the message is none of ours: no other attempt will read it */
export function decodeLeadReceived({ data, subject }: { data: Uint8Array; subject: string }): LeadReceived {
  const event = decode(data)
  if (!isUuid(event.leadId) || event.leadId !== leadIdOf(subject)) {
    throw new TerminalError('the event names another lead than its subject')
  }
  if (event.generation < 1) throw new TerminalError('the event has no generation')
  return event
}

function decode(data: Uint8Array): LeadReceived {
  try {
    return fromBinary(LeadReceivedSchema, data)
  } catch (cause) {
    throw new TerminalError('the message is not a LeadReceived event', { cause })
  }
}
