import type { LeadReceived } from '../../../gen/leadtriage/events/v1/lead_received_pb.ts'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import type { MessageEraser } from '../../../lib/jetstream/erase-messages.ts'
import type { JetStreamNames } from '../../../lib/jetstream/names.ts'
import type { Delivery } from '../../../lib/mailbox/delivery.ts'
import type { ErasedLookUp } from './lead-erased.ts'
import { LeadErasedError } from './lead-erased.ts'

/*
 * What a worker does about a lead that is erased while it has its message. Invariants:
 *  1. Nothing is stored for an erased lead (contract/erased-leads.ts).
 *  2. The event of an insight may be published after the erasure, and after the sweep. So before a message is acked, the
 *     worker looks whether the lead was erased meanwhile, and then erases its messages in both streams. If the worker
 *     dies before, the message is redelivered.
 *  3. The message itself is erased, since the bytes of an acked message stay in the file of the stream.
 */

export interface ErasureDependencies {
  readonly isErased: ErasedLookUp
  readonly eraser: MessageEraser
  readonly names: JetStreamNames
}

/** Erases what both streams have of a lead. @throws AppError `unavailable`, for which the message is held */
export async function eraseMessagesOf(
  { eraser, names }: Pick<ErasureDependencies, 'eraser' | 'names'>,
  leadId: string,
): Promise<void> {
  try {
    await eraser.erase(names.insightsStream, names.insightReady(leadId))
    await eraser.erase(names.insightsStream, names.insightCorrected(leadId))
    await eraser.erase(names.leadsStream, names.leadReceived(leadId))
  } catch (cause) {
    throw new AppError(ErrorCode.Unavailable, 'Erasing the messages of an erased lead failed.', { cause })
  }
}

/**
 * Wraps the handler of leads. A redelivered message is not handled if its lead is erased, so that its note is not sent
 * to a model.
 */
export function unlessErased(
  parts: ErasureDependencies,
  handle: (delivery: Delivery<LeadReceived>, signal: AbortSignal) => Promise<void>,
): typeof handle {
  const { isErased } = parts
  return async (delivery, signal) => {
    const { leadId } = delivery.event
    try {
      if (delivery.deliveryCount === 1 || !(await isErased(leadId))) await handle(delivery, signal)
    } catch (error) {
      if (!(error instanceof LeadErasedError)) throw error // 1
    }
    if (await isErased(leadId)) await eraseMessagesOf(parts, leadId) // 2, 3
  }
}
