import { z } from 'zod'
import { uuidSchema } from '../../domain/uuid.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import type { DeadLetter } from './dead-letter.ts'
import type { DeadLetterStore } from './dead-letter-store.ts'

const requestSchema = z.object({ lead_id: uuidSchema })

/**
 * Returns the dead letter of a lead.
 *
 * @param leadId not validated yet
 * @throws AppError `invalid_request` when it is not a UUID; `dead_letter_not_found`; `unavailable`
 */
export async function getDeadLetter(store: DeadLetterStore, leadId: unknown): Promise<DeadLetter> {
  const { lead_id: id } = parseRequest(requestSchema, { lead_id: leadId })
  const letter = await store.find(id)
  if (letter === undefined) throw new AppError(ErrorCode.DeadLetterNotFound, `Lead ${id} has no dead letter.`)
  return letter
}
