import type { Principal } from '../../../lib/auth/principal.ts'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import { parseRequest } from '../../../lib/errors/parse.ts'
import { oneOf, requestObject } from '../../../lib/errors/request-schema.ts'
import { assertMayFilter, insightFilterSchema } from './insight-filter.ts'
import { type LeadInsight, mayReadPersonalData, withoutPersonalData } from './lead-insight.ts'
import type { ListStore } from './list-store.ts'
import { Order, type Position } from './order.ts'

/** Leads per batch: a batch of long notes takes some MB of memory. */
const BATCH_SIZE = 250

const requestSchema = requestObject({
  filter: insightFilterSchema.prefault({}),
  order: oneOf(Order).default(Order.Oldest),
})

/** Exports at a time in a process: each reads pages as fast as its client takes them. */
const MAX_EXPORTS = 4

/** An export, with its store bound. */
export type ExportInsights = (
  input: unknown,
  principal: Principal,
  signal?: AbortSignal,
) => AsyncGenerator<readonly LeadInsight[], void>

/**
 * Yields all leads that match, in batches. Reads the next batch when the previous one was taken, so memory does not grow
 * with the number of leads. A lead that is added meanwhile may be missing, and one whose priority changes meanwhile may
 * be missing or there twice in the order by urgency.
 *
 * The input has filter and order, and is not validated yet. Throws AppError `invalid_request`, `permission_denied` for a
 * filter by personal data, `overloaded` beyond {@link MAX_EXPORTS}, `unavailable`.
 */
export function createExport(store: Pick<ListStore, 'readPage'>): ExportInsights {
  let running = 0
  return async function* (input, principal, signal) {
    const query = parseRequest(requestSchema, input)
    assertMayFilter(query.filter, principal)
    const showsAll = mayReadPersonalData(principal)
    if (running >= MAX_EXPORTS) throw tooManyExports()
    running += 1
    try {
      let after: Position | undefined
      do {
        const { rows, next } = await store.readPage(query, after, BATCH_SIZE, signal)
        if (rows.length > 0) yield showsAll ? rows : rows.map(withoutPersonalData)
        after = next
      } while (after !== undefined)
    } finally {
      running -= 1
    }
  }
}

function tooManyExports(): AppError {
  return new AppError(ErrorCode.Overloaded, 'Too many exports are running; retry later.', { retryAfterSeconds: 30 })
}
