import { assertSelects, auditedIds, selectionFields } from '../../contract/selection.ts'
import type { AuditSource } from '../../lib/auth/audit-event.ts'
import { AuditAction } from '../../lib/auth/audit-event.ts'
import type { AuditLog } from '../../lib/auth/audit-log.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import { bodyObject } from '../../lib/errors/request-schema.ts'
import { filterFields } from './dead-letter.ts'
import type { DeadLetterSelection, DeadLetterStore } from './dead-letter-store.ts'

const requestSchema = bodyObject({ ...filterFields, ...selectionFields })

/**
 * Triages dead-lettered or parked leads again: makes their dead letters due, which intake's reconciler then publishes
 * (docs/decisions/006-redrive.md). Works in batches to keep statements short. If a call fails or is cancelled midway,
 * the first batches are redriven; retrying the call is safe. The audit log has each call, with the number of leads
 * redriven before it ended.
 *
 * @param input lead_ids; or a filter of reason, failed_after, failed_before; or all. A filter and all apply to one
 *   state, `dead` by default; ids select dead letters in any state
 * @returns the number of leads redriven, or with dry_run selected
 * @throws AppError `invalid_request`, also when the input selects nothing or selects in two ways; `unavailable`;
 *   `cancelled`
 */
export async function redriveDeadLetters(
  { deadLetters, audit }: { deadLetters: DeadLetterStore; audit: AuditLog },
  source: AuditSource,
  input: unknown,
  signal: AbortSignal,
): Promise<number> {
  const request = parseRequest(requestSchema, input)
  const { reason, failed_after, failed_before, state, lead_ids: leadIds, all } = request
  assertSelects(request, { reason, failed_after, failed_before })
  const byIds = leadIds.length > 0
  const selection: DeadLetterSelection = byIds
    ? { leadIds }
    : { filter: { reason, state, failedAfter: failed_after, failedBefore: failed_before } }
  if (request.dry_run) return deadLetters.count(selection)
  const progress = { leads: 0 }
  let completed = false
  try {
    await redriveInBatches(deadLetters, selection, signal, progress)
    completed = true
    return progress.leads
  } finally {
    const filter = { reason, state, failed_after, failed_before, ...(all && { all }) }
    const details = { selection: byIds ? auditedIds(leadIds) : filter, leads: progress.leads, completed }
    await audit.record({ source, action: AuditAction.DeadLettersRedrive, target: 'dead_letters', details })
  }
}

/** @param progress counts the leads of finished batches, also if a later one fails */
async function redriveInBatches(
  store: DeadLetterStore,
  selection: DeadLetterSelection,
  signal: AbortSignal,
  progress: { leads: number },
): Promise<void> {
  for (let after: string | undefined; ; ) {
    if (signal.aborted) throw new AppError(ErrorCode.Cancelled, `Cancelled after ${progress.leads} leads.`)
    const batch = await store.redrive(selection, after)
    progress.leads += batch.leads
    if (batch.last === null) return
    after = batch.last
  }
}
