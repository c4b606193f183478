import { v7 as uuidv7 } from 'uuid'
import type { Lead, LeadRequest } from '../../domain/lead.ts'
import { contentHash, leadRequestSchema, requestHash } from '../../domain/lead.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import { childTraceparent } from '../../lib/telemetry/trace-context.ts'
import type { Caller } from './caller.ts'
import type { LeadEvents } from './lead-events.ts'
import type { LeadRow, StoreOutcome } from './lead-store.ts'
import { ERASED } from './lead-store.ts'

export interface CreatedLead {
  readonly lead: Lead
  /** True when an earlier request with the same key stored the lead. */
  readonly replayed: boolean
}

export interface CreateLeadDependencies {
  /** Stores a row in the next group commit. */
  readonly store: (row: LeadRow) => Promise<StoreOutcome>
  readonly events: LeadEvents
}

/**
 * Stores a lead, once per idempotency key of a client, and publishes its event to triage.
 *
 * @param input `{ idempotency_key, lead }`, not validated yet
 * @throws AppError `invalid_request`, `idempotency_conflict`, `lead_erased`, `overloaded`, `unavailable`
 */
export async function createLead(
  { store, events }: CreateLeadDependencies,
  caller: Caller,
  input: unknown,
): Promise<CreatedLead> {
  const request = parseRequest(leadRequestSchema, input)
  const row = toRow(caller, request)
  const stored = await store(row)
  if (stored === ERASED) throw leadErased()
  if (stored.requestHash !== row.requestHash) throw conflict()
  // also for a replay: the event of the first attempt may have been lost
  events.publish(stored, row, childTraceparent(caller.traceparent))
  return { lead: stored.lead, replayed: !stored.created }
}

export function toRow({ clientId }: Caller, { idempotencyKey, lead }: LeadRequest): LeadRow {
  return {
    id: uuidv7(),
    clientId,
    idempotencyKey,
    requestHash: requestHash(lead),
    contentHash: contentHash(lead.note),
    lead,
  }
}

export function conflict(): AppError {
  return new AppError(
    ErrorCode.IdempotencyConflict,
    'This idempotency key was used for a different lead; use a new key for a new lead.',
  )
}

export function leadErased(): AppError {
  return new AppError(
    ErrorCode.LeadErased,
    'The lead with this idempotency key was erased, and the key stays blocked; use a new key for a new lead.',
  )
}
