import { z } from 'zod'
import { timeSchema } from '../../../contract/time.ts'
import { uuidSchema } from '../../../domain/uuid.ts'
import { Priority } from '../../../domain/vocabulary.ts'
import type { Principal } from '../../../lib/auth/principal.ts'
import { parseRequest } from '../../../lib/errors/parse.ts'
import { oneOf, requestObject } from '../../../lib/errors/request-schema.ts'
import { encodePageToken, pageFields, parsePageToken } from '../../../lib/server/paging.ts'
import { assertMayFilter, insightFilterSchema } from './insight-filter.ts'
import { type LeadInsight, mayReadPersonalData, withoutPersonalData } from './lead-insight.ts'
import type { Count, ListStore } from './list-store.ts'
import { NO_INSIGHT, Order, SAME_RANK } from './order.ts'

/** A larger count is reported as at least this. */
const MAX_TOTAL = 10_000

const requestSchema = requestObject({
  filter: insightFilterSchema.prefault({}),
  order: oneOf(Order).default(Order.Urgency),
  ...pageFields,
  count: z.boolean({ error: 'must be true or false' }).default(false),
})
const positionSchema = z.tuple([z.union([z.enum(Priority), z.enum([NO_INSIGHT, SAME_RANK])]), timeSchema, uuidSchema])

export interface InsightPage {
  /** May be fewer than the page size although more follow. */
  readonly insights: readonly LeadInsight[]
  /** Undefined on the last page. */
  readonly nextPageToken: string | undefined
  /** Undefined unless asked for; at most {@link MAX_TOTAL} leads. */
  readonly total: Count | undefined
}

/**
 * Returns a page of leads with their insights. Each page continues after the last lead of the previous one, regardless
 * of additions.
 *
 * @param input filter, order, page_size, page_token and count, not validated yet
 * @param signal stops the search; the error is its reason, or `cancelled`
 * @throws AppError `invalid_request`, `permission_denied` for a filter by personal data, `overloaded` when too many lists
 *   are being read, `unavailable`
 */
export async function listInsights(
  store: ListStore,
  input: unknown,
  principal: Principal,
  signal?: AbortSignal,
): Promise<InsightPage> {
  const { filter, order, page_size, page_token, count } = parseRequest(requestSchema, input)
  assertMayFilter(filter, principal)
  const query = { filter, order }
  const position = parsePageToken(page_token, query, positionSchema)
  const after = position && { rank: position[0], receivedAt: position[1], leadId: position[2] }
  const { rows, next } = await store.readPage(query, after, page_size, signal)
  return {
    insights: mayReadPersonalData(principal) ? rows : rows.map(withoutPersonalData),
    nextPageToken: next && encodePageToken(query, [next.rank, next.receivedAt, next.leadId]),
    total: count ? await store.count(query, MAX_TOTAL, signal) : undefined,
  }
}
