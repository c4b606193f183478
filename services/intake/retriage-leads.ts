import { z } from 'zod'
import { assertSelects, selectionFields } from '../../contract/selection.ts'
import { timeSchema } from '../../contract/time.ts'
import { Intent } from '../../domain/vocabulary.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import type { LeadPosition, RetriagePart, RetriageSelection, RetriageStore } from './retriage-store.ts'

const requestSchema = z.strictObject(
  {
    // printable ASCII, which PostgreSQL always takes
    analyzer: z
      .string({ error: 'must be a string such as rules@1' })
      .regex(/^[\x20-\x7e]{1,200}$/, { error: 'must be name@version, such as rules@1' })
      .optional(),
    intents: z
      .array(z.enum(Intent, { error: `must be one of ${Object.values(Intent).join(', ')}` }), {
        error: 'must be a list of intents',
      })
      .max(100, { error: 'must be a list of intents, each once' })
      .optional(),
    created_after: timeSchema.optional(),
    created_before: timeSchema.optional(),
    ...selectionFields,
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? 'is not a field of this request' : 'the body must be a JSON object',
  },
)

export interface RetriageDependencies {
  readonly leads: RetriageStore
  /** How many leads a second one call puts in line. */
  readonly leadsPerSecond: number
}

/**
 * Has leads triaged anew: each gets its next generation and is put in line for the reconciler, spread over time, so
 * that new leads keep their place. Its insight stays until the one of the next generation replaces it.
 *
 * Works in parts, so that no statement runs long. A call that fails or is cancelled half way has retriaged the first
 * parts only; it can be repeated, and then retriages those again.
 *
 * @param input lead_ids; or a filter of analyzer, intents, created_after, created_before; or all
 * @returns how many leads, with dry_run how many it would be
 * @throws AppError `invalid_request` when that says nothing, or two things; `unavailable`; `cancelled`
 */
export async function retriageLeads(
  { leads, leadsPerSecond }: RetriageDependencies,
  input: unknown,
  signal: AbortSignal,
): Promise<number> {
  const request = parseRequest(requestSchema, input)
  const { analyzer, created_after, created_before } = request
  const intents = request.intents?.length === 0 ? undefined : request.intents
  assertSelects(request, { analyzer, intents, created_after, created_before })
  const selection: RetriageSelection = {
    leadIds: request.lead_ids.length > 0 ? request.lead_ids : undefined,
    analyzer,
    intents,
    createdAfter: created_after,
    createdBefore: created_before,
  }
  const begun = await leads.now()
  let count = 0
  for (let after: LeadPosition | null = null; ; ) {
    if (signal.aborted) throw new AppError(ErrorCode.Cancelled, `Cancelled after ${count} leads.`)
    const part: RetriagePart = request.dry_run
      ? await leads.count(selection, begun, after)
      : await leads.retriage(selection, begun, after, { ahead: count, leadsPerSecond })
    count += part.leads
    if (part.last === null) return count
    after = part.last
  }
}
