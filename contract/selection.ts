import { z } from 'zod'
import { uuidSchema } from '../domain/uuid.ts'
import { invalidRequest } from '../lib/errors/parse.ts'

/** How many leads a request may name. */
const MAX_LEAD_IDS = 1_000

/** The fields, beside those of its filter, of a request that changes many leads. */
export const selectionFields = {
  lead_ids: z
    .array(uuidSchema, { error: 'must be a list of UUIDs' })
    .max(MAX_LEAD_IDS, { error: `must be at most ${MAX_LEAD_IDS}; say it in several requests` })
    .default([]),
  all: z.boolean({ error: 'must be true or false' }).default(false),
  dry_run: z.boolean({ error: 'must be true or false' }).default(false),
}

/**
 * Refuses a request that does not say which leads it means: a filter that was forgotten must not mean everything.
 *
 * @param filter the fields of the filter, undefined where nothing was said
 * @throws AppError `invalid_request`
 */
export function assertSelects(
  { lead_ids: leadIds, all }: { lead_ids: readonly string[]; all: boolean },
  filter: Readonly<Record<string, unknown>>,
): void {
  const filtered = Object.values(filter).some((value) => value !== undefined)
  if ([leadIds.length > 0, filtered, all].filter(Boolean).length === 1) return
  const fields = Object.keys(filter).join(', ')
  const message = `it must say which leads are meant, by exactly one of lead_ids, a filter (${fields}) and all`
  throw invalidRequest([{ path: '', message }])
}
