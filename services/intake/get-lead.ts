import { z } from 'zod'
import type { Lead } from '../../domain/lead.ts'
import { uuidSchema } from '../../domain/uuid.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { parseRequest } from '../../lib/errors/parse.ts'

const requestSchema = z.object({ lead_id: uuidSchema })

export interface GetLeadDependencies {
  /** Looks a lead up in the next batched query. */
  readonly find: (leadId: string) => Promise<Lead | undefined>
}

/**
 * Returns a stored lead.
 *
 * @param leadId not validated yet
 * @throws AppError `invalid_request` when it is not a UUID; `lead_not_found`; `overloaded`; `unavailable`
 */
export async function getLead({ find }: GetLeadDependencies, leadId: unknown): Promise<Lead> {
  const { lead_id: id } = parseRequest(requestSchema, { lead_id: leadId })
  const lead = await find(id)
  if (lead === undefined) throw new AppError(ErrorCode.LeadNotFound, `Lead ${id} does not exist.`)
  return lead
}
