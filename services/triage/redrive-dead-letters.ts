import { z } from 'zod'
import { assertSelects, selectionFields } from '../../contract/selection.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import { filterFields } from './dead-letter-filter.ts'
import type { DeadLetterSelection, DeadLetterStore } from './dead-letter-store.ts'

const requestSchema = z.strictObject(
  { ...filterFields, ...selectionFields },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? 'is not a field of this request' : 'the body must be a JSON object',
  },
)

/**
 * Has leads triaged again that triage gave up or parked: their letters fall due, and intake's reconciler publishes the
 * events of those that are due (docs/decisions/006-redrive.md). Works in parts, so that no statement runs long; a call
 * that fails or is cancelled half way has redriven the first parts, and repeating it does no harm.
 *
 * @param input lead_ids; or a filter of reason, failed_after, failed_before; or all. Filter and all go with a state,
 *   `dead` by default; ids mean their letters in any state
 * @returns how many leads, with dry_run how many it would be
 * @throws AppError `invalid_request` when that says nothing, or two things; `unavailable`; `cancelled`
 */
export async function redriveDeadLetters(store: DeadLetterStore, input: unknown, signal: AbortSignal): Promise<number> {
  const request = parseRequest(requestSchema, input)
  const { reason, failed_after, failed_before, state, lead_ids: leadIds } = request
  assertSelects(request, { reason, failed_after, failed_before })
  const selection: DeadLetterSelection =
    leadIds.length > 0
      ? { leadIds }
      : { filter: { reason, state, failedAfter: failed_after, failedBefore: failed_before } }
  return request.dry_run ? store.count(selection) : redriveInParts(store, selection, signal)
}

async function redriveInParts(
  store: DeadLetterStore,
  selection: DeadLetterSelection,
  signal: AbortSignal,
): Promise<number> {
  let leads = 0
  for (let after: string | undefined; ; ) {
    if (signal.aborted) throw new AppError(ErrorCode.Cancelled, `Cancelled after ${leads} leads.`)
    const part = await store.redrive(selection, after)
    leads += part.leads
    if (part.last === null) return leads
    after = part.last
  }
}
