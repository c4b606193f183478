import { z } from 'zod'
import { assertSelects, auditedIds, selectionFields } from '../../contract/selection.ts'
import { timeSchema } from '../../contract/time.ts'
import { Intent } from '../../domain/vocabulary.ts'
import type { AuditSource } from '../../lib/auth/audit-event.ts'
import { AuditAction } from '../../lib/auth/audit-event.ts'
import type { AuditLog } from '../../lib/auth/audit-log.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import { bodyObject, oneOf } from '../../lib/errors/request-schema.ts'
import type { LeadPosition, RetriageBatch, RetriageSelection, RetriageStore } from './retriage-store.ts'

const requestSchema = bodyObject({
  // printable ASCII: a NUL character would fail in PostgreSQL
  analyzer: z
    .string({ error: 'must be a string such as rules@1' })
    .regex(/^[\x20-\x7e]{1,200}$/, { error: 'must be name@version, such as rules@1' })
    .optional(),
  intents: z
    .array(oneOf(Intent), {
      error: 'must be a list of intents',
    })
    .max(100, { error: 'must have at most 100 items' })
    .optional(),
  created_after: timeSchema.optional(),
  created_before: timeSchema.optional(),
  ...selectionFields,
})

export interface RetriageDependencies {
  readonly leads: RetriageStore
  readonly audit: AuditLog
  /** How many leads per second each call queues. */
  readonly leadsPerSecond: number
}

/**
 * Triages leads again: increments the generation of each and queues it for the reconciler, spread over time so that new
 * leads are not delayed. The old insight stays until the insight of the next generation replaces it.
 *
 * Works in batches to keep statements short. If a call fails or is cancelled midway, the first batches are queued;
 * retrying the call queues them again. The audit log has each call, with the number of leads queued before it ended.
 *
 * @param input lead_ids; or a filter of analyzer, intents, created_after, created_before; or all
 * @returns the number of leads queued, or with dry_run selected
 * @throws AppError `invalid_request`, also when the input selects no leads or selects them in two ways; `unavailable`;
 *   `cancelled`
 */
export async function retriageLeads(
  { leads, audit, leadsPerSecond }: RetriageDependencies,
  source: AuditSource,
  input: unknown,
  signal: AbortSignal,
): Promise<number> {
  const request = parseRequest(requestSchema, input)
  const { analyzer, created_after, created_before, lead_ids, all, dry_run } = request
  const intents = request.intents?.length === 0 ? undefined : request.intents
  assertSelects(request, { analyzer, intents, created_after, created_before })
  const selection: RetriageSelection = {
    leadIds: lead_ids.length > 0 ? lead_ids : undefined,
    analyzer,
    intents,
    createdAfter: created_after,
    createdBefore: created_before,
  }
  const startedAt = await leads.now()
  const progress = { leads: 0 }
  if (dry_run) {
    await inBatches(progress, signal, (after) => leads.count(selection, startedAt, after))
    return progress.leads
  }
  let completed = false
  try {
    await inBatches(progress, signal, (after) =>
      leads.retriage(selection, startedAt, after, { queuedBefore: progress.leads, leadsPerSecond }),
    )
    completed = true
    return progress.leads
  } finally {
    const selected = { ...auditedIds(lead_ids), analyzer, intents, created_after, created_before, ...(all && { all }) }
    const details = { selection: selected, leads: progress.leads, completed }
    await audit.record({ source, action: AuditAction.LeadsRetriage, target: 'leads', details })
  }
}

/** @param progress counts the leads of finished batches, also if a later one fails */
async function inBatches(
  progress: { leads: number },
  signal: AbortSignal,
  next: (after: LeadPosition | null) => Promise<RetriageBatch>,
): Promise<void> {
  for (let after: LeadPosition | null = null; ; ) {
    if (signal.aborted) throw new AppError(ErrorCode.Cancelled, `Cancelled after ${progress.leads} leads.`)
    const batch: RetriageBatch = await next(after)
    progress.leads += batch.leads
    if (batch.last === null) return
    after = batch.last
  }
}
