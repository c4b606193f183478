import type { Lead } from '../../domain/lead.ts'
import { leadRequestSchema } from '../../domain/lead.ts'
import type { Violation } from '../../lib/errors/app-error.ts'
import { invalidRequest, violationsOf } from '../../lib/errors/parse.ts'
import { childTraceparent } from '../../lib/telemetry/trace-context.ts'
import type { Caller } from './caller.ts'
import { conflict, leadErased, toRow } from './create-lead.ts'
import type { LeadEvents } from './lead-events.ts'
import type { LeadRow, StoreOutcome } from './lead-store.ts'
import { ERASED } from './lead-store.ts'

export const MAX_BATCH_SIZE = 1_000

export interface BatchCreateLeadsDependencies {
  /** Stores the rows in one commit; returns a result for each, in the same order. */
  readonly storeAll: (rows: readonly LeadRow[]) => Promise<readonly StoreOutcome[]>
  readonly events: LeadEvents
}

/** The result for one item. */
export type BatchOutcome =
  | { readonly kind: 'created' | 'replayed'; readonly lead: Lead }
  | { readonly kind: 'conflict' | 'erased' | 'invalid'; readonly violations: readonly Violation[] }

/**
 * Stores up to {@link MAX_BATCH_SIZE} leads in one commit, possibly shared with other calls. An invalid item does not
 * affect the others.
 *
 * @param inputs items `{ idempotency_key, lead }`, not validated yet
 * @returns one outcome for each input, in the same order
 * @throws AppError `invalid_request` when there are no inputs or too many; `overloaded`; `unavailable`
 */
export async function batchCreateLeads(
  { storeAll, events }: BatchCreateLeadsDependencies,
  caller: Caller,
  inputs: readonly unknown[],
): Promise<BatchOutcome[]> {
  if (inputs.length === 0 || inputs.length > MAX_BATCH_SIZE) {
    const message = `must have 1 to ${MAX_BATCH_SIZE} items; it has ${inputs.length}`
    throw invalidRequest([{ path: 'requests', message }])
  }
  const parsed = inputs.map((input) => parseItem(caller, input))
  const rows = parsed.filter((item) => item.kind === 'valid').map((item) => item.row)
  const stored = (rows.length > 0 ? await storeAll(rows) : []).values()
  const traceparent = childTraceparent(caller.traceparent)

  return parsed.map((item): BatchOutcome => {
    if (item.kind === 'invalid') return item
    const result = stored.next().value
    if (result === undefined) throw new Error('the store returned fewer results than rows')
    if (result === ERASED) {
      return { kind: 'erased', violations: [{ path: 'idempotency_key', message: leadErased().message }] }
    }
    if (result.requestHash !== item.row.requestHash) {
      return { kind: 'conflict', violations: [{ path: 'idempotency_key', message: conflict().message }] }
    }
    events.publish(result, item.row, traceparent)
    return { kind: result.created ? 'created' : 'replayed', lead: result.lead }
  })
}

type ParsedItem =
  | { readonly kind: 'valid'; readonly row: LeadRow }
  | { readonly kind: 'invalid'; readonly violations: readonly Violation[] }

function parseItem(caller: Caller, input: unknown): ParsedItem {
  const result = leadRequestSchema.safeParse(input)
  return result.success
    ? { kind: 'valid', row: toRow(caller, result.data) }
    : { kind: 'invalid', violations: violationsOf(result.error) }
}
