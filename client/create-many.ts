import type { Client } from '@connectrpc/connect'
import type { BatchCreateLeadsResult, IntakeService } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { BatchCreateLeadsOutcome } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { LeadtriageError, type LeadtriageErrorCode } from './errors.ts'
import { type CreatedLead, type NewLeadWithKey, toLead } from './leads.ts'
import { randomUuid } from './random-uuid.ts'
import type { Caller, CallOptions } from './retry.ts'
import { present } from './times.ts'

/** `timeoutMs` is the deadline of each batch. */
export interface CreateManyOptions extends CallOptions {
  /** How many batches are in flight at once. Default: 4. */
  readonly concurrency?: number | undefined
}

/** The outcome of one lead, with its key: another call with the same key cannot store the lead twice. */
export type CreateManyResult = { readonly idempotencyKey: string } & (
  | ({ readonly ok: true } & CreatedLead)
  | { readonly ok: false; readonly error: LeadtriageError }
)

/** Of the service. */
const MAX_BATCH_LEADS = 1_000
/** The service accepts 8 MiB in a message. A UTF-16 code unit takes at most 3 bytes in UTF-8. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024
const BYTES_BESIDES_TEXT = 100

type Item = NewLeadWithKey & { readonly idempotencyKey: string }

export async function createMany(
  intake: Client<typeof IntakeService>,
  call: Caller,
  leads: Iterable<NewLeadWithKey>,
  { concurrency = 4, ...options }: CreateManyOptions = {},
): Promise<CreateManyResult[]> {
  const batches = splitIntoBatches(leads)
  const results: CreateManyResult[][] = []
  const createBatch = async (items: readonly Item[]): Promise<CreateManyResult[]> => {
    const requests = items.map(({ idempotencyKey, ...lead }) => ({ idempotencyKey, lead }))
    try {
      const response = await call((attempt) => intake.batchCreateLeads({ requests }, attempt), options)
      return items.map(({ idempotencyKey }, index) => toResult(idempotencyKey, present(response.results[index])))
    } catch (error) {
      if (!(error instanceof LeadtriageError)) throw error
      return items.map(({ idempotencyKey }) => ({ ok: false, idempotencyKey, error }))
    }
  }
  let next = 0
  const work = async () => {
    for (let index = next++; ; index = next++) {
      const batch = batches[index]
      if (batch === undefined) return
      results[index] = await createBatch(batch)
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, work))
  return results.flat()
}

export function splitIntoBatches(leads: Iterable<NewLeadWithKey>): Item[][] {
  const batches: Item[][] = []
  let batch: Item[] = []
  let bytes = 0
  for (const lead of leads) {
    const size = BYTES_BESIDES_TEXT + maxBytesOf(lead)
    if (batch.length === 0 || batch.length === MAX_BATCH_LEADS || bytes + size > MAX_BATCH_BYTES) {
      batch = []
      bytes = 0
      batches.push(batch)
    }
    batch.push({ ...lead, idempotencyKey: lead.idempotencyKey ?? randomUuid() })
    bytes += size
  }
  return batches
}

function maxBytesOf({ email = '', phone = '', name = '', note, source = '' }: NewLeadWithKey): number {
  return 3 * (email.length + phone.length + name.length + note.length + source.length)
}

const FAILURES: Partial<Record<BatchCreateLeadsOutcome, LeadtriageErrorCode>> = {
  [BatchCreateLeadsOutcome.CONFLICT]: 'idempotency_conflict',
  [BatchCreateLeadsOutcome.INVALID]: 'invalid_request',
  [BatchCreateLeadsOutcome.ERASED]: 'lead_erased',
}

function toResult(idempotencyKey: string, { outcome, lead, violations }: BatchCreateLeadsResult): CreateManyResult {
  const code = FAILURES[outcome]
  if (code === undefined) {
    const replayed = outcome === BatchCreateLeadsOutcome.REPLAYED
    return { ok: true, idempotencyKey, lead: toLead(present(lead)), replayed }
  }
  const message = violations.map((violation) => `${violation.path} ${violation.message}`).join('; ')
  const error = new LeadtriageError(code, message, {
    idempotencyKey,
    violations: violations.map((violation) => ({ path: violation.path, message: violation.message })),
  })
  return { ok: false, idempotencyKey, error }
}
