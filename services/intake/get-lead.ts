import { z } from 'zod'
import type { Lead } from '../../domain/lead.ts'
import { uuidSchema } from '../../domain/uuid.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import type { LeadStore } from './lead-store.ts'

const requestSchema = z.object({ lead_id: uuidSchema })

/**
 * @param leadId as it came from outside
 * @throws AppError `invalid_request` when it is no UUID, `lead_not_found`, `unavailable`
 */
export async function getLead(leads: LeadStore, leadId: unknown): Promise<Lead> {
  const { lead_id: id } = parseRequest(requestSchema, { lead_id: leadId })
  const lead = await leads.find(id)
  if (lead === undefined) throw new AppError(ErrorCode.LeadNotFound, `There is no lead ${id}.`)
  return lead
}
