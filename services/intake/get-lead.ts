import { z } from 'zod'
import type { Lead } from '../../domain/lead.ts'
import { uuidSchema } from '../../domain/uuid.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { parseRequest } from '../../lib/errors/parse.ts'

const requestSchema = z.object({ lead_id: uuidSchema })

export interface GetLeadDependencies {
  /** Looks in the next of the queries that calls share. */
  readonly find: (leadId: string) => Promise<Lead | undefined>
}

/**
 * @param leadId as it came from outside
 * @throws AppError `invalid_request` when it is no UUID, `lead_not_found`, `overloaded`, `unavailable`
 */
export async function getLead({ find }: GetLeadDependencies, leadId: unknown): Promise<Lead> {
  const { lead_id: id } = parseRequest(requestSchema, { lead_id: leadId })
  const lead = await find(id)
  if (lead === undefined) throw new AppError(ErrorCode.LeadNotFound, `There is no lead ${id}.`)
  return lead
}
