import { uuidSchema } from '../../domain/uuid.ts'
import { leadIdOf } from '../../lib/jetstream/names.ts'
import type { Log } from '../../lib/log/log.ts'
import type { Delivery, GivenUp } from '../../lib/mailbox/delivery.ts'
import { TerminalError } from '../../lib/mailbox/failure.ts'
import type { DeadLetterStore } from './dead-letter-store.ts'
import { parseLeadReceived } from './lead-received.ts'

/** Writes the dead letter of a message that is given up, so that people find it and can send it round again. */
export async function giveUpLead(
  { deadLetters, log }: { deadLetters: DeadLetterStore; log: Log },
  delivery: Delivery,
  givenUp: GivenUp,
): Promise<void> {
  const leadId = uuidSchema.safeParse(leadIdOf(delivery.subject))
  if (!leadId.success) {
    // nobody but a hand could have published it: there is no lead to keep a dead letter for
    log.error({ subject: delivery.subject }, 'dropped a message whose subject names no lead')
    return
  }
  await deadLetters.put({ ...givenUp, leadId: leadId.data, generation: generationOf(delivery) })
}

/** An unreadable event counts for the first generation, the only one that every lead has. */
function generationOf(delivery: Delivery): number {
  try {
    return parseLeadReceived(delivery).generation
  } catch (error) {
    if (error instanceof TerminalError) return 1
    throw error
  }
}
