import { uuidSchema } from '../../domain/uuid.ts'
import type { LeadReceived } from '../../gen/leadtriage/events/v1/lead_received_pb.ts'
import { leadIdOf } from '../../lib/jetstream/names.ts'
import type { Log } from '../../lib/log/log.ts'
import type { DeadLetterCause, Delivery } from '../../lib/mailbox/delivery.ts'
import type { DeadLetterStore } from './dead-letter-store.ts'
import { type ErasureDependencies, eraseMessagesOf } from './erasure/unless-erased.ts'

/**
 * Stores the dead letter of a failed or parked message, so that it can be listed, retried and redriven. For an erased
 * lead it erases the messages instead.
 */
export async function deadLetterLead(
  { deadLetters, erasure, log }: { deadLetters: DeadLetterStore; erasure: ErasureDependencies; log: Log },
  { event, subject }: Pick<Delivery<LeadReceived | undefined>, 'event' | 'subject'>,
  cause: DeadLetterCause,
): Promise<void> {
  const leadId = uuidSchema.safeParse(leadIdOf(subject))
  if (!leadId.success) {
    // must have been published by hand; there is no lead to store a dead letter for
    log.error({ subject }, 'message dropped: its subject has no lead id')
    return
  }
  // an undecodable event has no generation; use the first, which every lead has
  await deadLetters.put({ ...cause, leadId: leadId.data, generation: event?.generation ?? 1 })
  if (await erasure.isErased(leadId.data)) await eraseMessagesOf(erasure, leadId.data)
}
