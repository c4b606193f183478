import { uuidSchema } from '../../domain/uuid.ts'
import type { LeadReceived } from '../../gen/leadtriage/events/v1/lead_received_pb.ts'
import { leadIdOf } from '../../lib/jetstream/names.ts'
import type { Log } from '../../lib/log/log.ts'
import type { DeadLetterCause, Delivery } from '../../lib/mailbox/delivery.ts'
import type { DeadLetterStore } from './dead-letter-store.ts'

/** Writes the dead letter of a message that is given up, so that people find it and can redrive it. */
export async function deadLetterLead(
  { deadLetters, log }: { deadLetters: DeadLetterStore; log: Log },
  { event, subject }: Pick<Delivery<LeadReceived | undefined>, 'event' | 'subject'>,
  cause: DeadLetterCause,
): Promise<void> {
  const leadId = uuidSchema.safeParse(leadIdOf(subject))
  if (!leadId.success) {
    // only somebody who publishes by hand could have sent it: there is no lead to keep a dead letter for
    log.error({ subject }, 'dropped a message whose subject names no lead')
    return
  }
  // an unreadable event counts for the first generation, the only one that every lead has
  await deadLetters.put({ ...cause, leadId: leadId.data, generation: event?.generation ?? 1 })
}
