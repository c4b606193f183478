import { z } from 'zod'
import { assertSelects, selectionFields } from '../../contract/selection.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import { filterFields } from './dead-letter.ts'
import type { DeadLetterSelection, DeadLetterStore } from './dead-letter-store.ts'

const requestSchema = z.strictObject(
  { ...filterFields, ...selectionFields },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? 'is not a field of this request' : 'the body must be a JSON object',
  },
)

/**
 * Triages dead-lettered or parked leads again: makes their dead letters due, which intake's reconciler then publishes
 * (docs/decisions/006-redrive.md). Works in batches to keep statements short. If a call fails or is cancelled midway,
 * the first batches are redriven; retrying the call is safe.
 *
 * @param input lead_ids; or a filter of reason, failed_after, failed_before; or all. A filter and all apply to one
 *   state, `dead` by default; ids select dead letters in any state
 * @returns the number of leads redriven, or with dry_run selected
 * @throws AppError `invalid_request`, also when the input selects nothing or selects in two ways; `unavailable`;
 *   `cancelled`
 */
export async function redriveDeadLetters(store: DeadLetterStore, input: unknown, signal: AbortSignal): Promise<number> {
  const request = parseRequest(requestSchema, input)
  const { reason, failed_after, failed_before, state, lead_ids: leadIds } = request
  assertSelects(request, { reason, failed_after, failed_before })
  const selection: DeadLetterSelection =
    leadIds.length > 0
      ? { leadIds }
      : { filter: { reason, state, failedAfter: failed_after, failedBefore: failed_before } }
  return request.dry_run ? store.count(selection) : redriveInBatches(store, selection, signal)
}

async function redriveInBatches(
  store: DeadLetterStore,
  selection: DeadLetterSelection,
  signal: AbortSignal,
): Promise<number> {
  let leads = 0
  for (let after: string | undefined; ; ) {
    if (signal.aborted) throw new AppError(ErrorCode.Cancelled, `Cancelled after ${leads} leads.`)
    const batch = await store.redrive(selection, after)
    leads += batch.leads
    if (batch.last === null) return leads
    after = batch.last
  }
}
