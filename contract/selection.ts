import { z } from 'zod'
import { uuidSchema } from '../domain/uuid.ts'
import { invalidRequest } from '../lib/errors/parse.ts'

/** Maximum number of lead ids in a request. */
const MAX_LEAD_IDS = 1_000

/** The fields that requests changing many leads share, next to the fields of their filter. */
export const selectionFields = {
  lead_ids: z
    .array(uuidSchema, { error: 'must be a list of UUIDs' })
    .max(MAX_LEAD_IDS, { error: `must have at most ${MAX_LEAD_IDS} items; split it into several requests` })
    .default([]),
  all: z.boolean({ error: 'must be true or false' }).default(false),
  dry_run: z.boolean({ error: 'must be true or false' }).default(false),
}

/**
 * Rejects a request that does not select leads in exactly one way. A forgotten filter must not select everything.
 *
 * @param filter the fields of the filter; undefined for those not given
 * @throws AppError `invalid_request`
 */
export function assertSelects(
  { lead_ids: leadIds, all }: { lead_ids: readonly string[]; all: boolean },
  filter: Readonly<Record<string, unknown>>,
): void {
  const filtered = Object.values(filter).some((value) => value !== undefined)
  if ([leadIds.length > 0, filtered, all].filter(Boolean).length === 1) return
  const fields = Object.keys(filter).join(', ')
  const message = `it must select leads by exactly one of lead_ids, a filter (${fields}), or all`
  throw invalidRequest([{ path: '', message }])
}

const MAX_AUDITED_IDS = 10

/** Selected lead ids as the audit log has them: their number and the first ones, which bounds the size of an event. */
export function auditedIds(leadIds: readonly string[]): Record<string, unknown> {
  if (leadIds.length === 0) return {}
  return { lead_id_count: leadIds.length, first_lead_ids: leadIds.slice(0, MAX_AUDITED_IDS) }
}
