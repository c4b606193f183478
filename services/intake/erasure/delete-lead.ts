import { z } from 'zod'
import { uuidSchema } from '../../../domain/uuid.ts'
import type { AuditSource } from '../../../lib/auth/audit-event.ts'
import { AuditAction } from '../../../lib/auth/audit-event.ts'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import { parseRequest } from '../../../lib/errors/parse.ts'
import type { ErasureStore } from './erasure-store.ts'

const requestSchema = z.object({ lead_id: uuidSchema })

/**
 * Erases a lead, irreversibly. Resolves when the lead is deleted and its idempotency key is blocked; the other owners of
 * data about the lead erase their parts within seconds. A repetition changes nothing and succeeds.
 *
 * @param leadId not validated yet
 * @throws AppError `invalid_request` when it is not a UUID; `lead_not_found` when there never was such a lead;
 *   `unavailable`
 */
export async function deleteLead(erasures: ErasureStore, source: AuditSource, leadId: unknown): Promise<void> {
  const { lead_id: id } = parseRequest(requestSchema, { lead_id: leadId })
  const erased = await erasures.erase([id], {
    source,
    action: AuditAction.LeadsErase,
    target: `lead:${id}`,
    details: {},
  })
  if (erased === 0 && !(await erasures.wasErased(id))) {
    throw new AppError(ErrorCode.LeadNotFound, `Lead ${id} does not exist.`)
  }
}
