import { z } from 'zod'
import type { Insight } from '../../domain/insight.ts'
import { uuidSchema } from '../../domain/uuid.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import type { InsightArrivals } from './insight-arrivals.ts'
import type { LookUp } from './insight-reader.ts'

/** How long a caller may ask us to hold a call. */
const MAX_WAIT_MS = 60_000

export interface GetInsightDependencies {
  /** Looks in the next of the queries that calls share. */
  readonly lookUp: (leadId: string) => Promise<LookUp>
  readonly arrivals: InsightArrivals
}

const requestSchema = z.object({
  lead_id: uuidSchema,
  wait: z
    .number({ error: 'must be a duration such as 5s' })
    .min(0, { error: 'must not be negative' })
    .max(MAX_WAIT_MS, { error: `must be at most ${MAX_WAIT_MS / 1000}s` }),
})

/**
 * The insight of a lead; when it is not there yet and `wait` (milliseconds) is above zero, holds the call until it is.
 *
 * @param request as it came from outside
 * @throws AppError `invalid_request`; `insight_pending` when the lead waits for triage still; `lead_not_found`; `overloaded`;
 *   `unavailable`
 */
export async function getInsight(
  parts: GetInsightDependencies,
  request: { lead_id: unknown; wait: unknown },
  signal: AbortSignal,
): Promise<Insight> {
  const { lead_id: leadId, wait: waitMs } = parseRequest(requestSchema, request)
  const { insight: known, leadExists } = await parts.lookUp(leadId)
  if (!leadExists) throw new AppError(ErrorCode.LeadNotFound, `There is no lead ${leadId}.`)
  const insight = known ?? (waitMs > 0 ? await waitForInsight(parts, leadId, waitMs, signal) : undefined)
  if (insight !== undefined) return insight
  throw new AppError(ErrorCode.InsightPending, `Lead ${leadId} has not been triaged yet.`, { retryAfterSeconds: 1 })
}

async function waitForInsight(
  { lookUp, arrivals }: GetInsightDependencies,
  leadId: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<Insight | undefined> {
  const arrival = arrivals.waitFor(leadId, AbortSignal.any([signal, AbortSignal.timeout(waitMs)]))
  try {
    // it may have come between the first look and the beginning of the wait
    const { insight } = await lookUp(leadId)
    if (insight !== undefined) return insight
    const arrived = await arrival.arrived
    signal.throwIfAborted()
    return arrived ? (await lookUp(leadId)).insight : undefined
  } finally {
    arrival.cancel()
  }
}
