import { z } from 'zod'
import type { Insight } from '../../domain/insight.ts'
import { uuidSchema } from '../../domain/uuid.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import type { InsightArrivals } from './insight-arrivals.ts'
import type { FailureReason, LookUp } from './insight-reader.ts'

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
 * The insight of a lead; when it is not there yet and `wait` (milliseconds) is above zero, holds the call until it is, or
 * until the lead has become a dead letter. An insight of an older generation, or a provisional one, is an insight: a dead
 * letter for the better one does not hide it.
 *
 * @param request as it came from outside
 * @throws AppError `invalid_request`; `insight_pending` while the lead waits for triage; `insight_failed` when it is a dead letter;
 *   `lead_not_found`; `overloaded`; `unavailable`
 */
export async function getInsight(
  parts: GetInsightDependencies,
  request: { lead_id: unknown; wait: unknown },
  signal: AbortSignal,
): Promise<Insight> {
  const { lead_id: leadId, wait: waitMs } = parseRequest(requestSchema, request)
  const known = await parts.lookUp(leadId)
  if (!known.leadExists) throw new AppError(ErrorCode.LeadNotFound, `There is no lead ${leadId}.`)
  const mayCome = !isSettled(known) && waitMs > 0
  const { insight, failure } = mayCome ? await waitForInsight(parts, leadId, waitMs, signal) : known
  if (insight !== undefined) return insight
  if (failure !== undefined) throw insightFailed(leadId, failure)
  throw new AppError(ErrorCode.InsightPending, `Lead ${leadId} has not been triaged yet.`, { retryAfterSeconds: 1 })
}

function isSettled({ insight, failure }: LookUp): boolean {
  return insight !== undefined || failure !== undefined
}

const FAILURES: Readonly<Record<string, string>> = {
  failed: 'its last attempt failed',
  delivery_limit: 'each of its attempts ended without an answer',
}

function insightFailed(leadId: string, reason: FailureReason): AppError {
  const why = FAILURES[reason] ?? 'its attempts have ended'
  return new AppError(
    ErrorCode.InsightFailed,
    `Lead ${leadId} could not be triaged: ${why} (${reason}). It has no insight unless its dead letter is redriven.`,
    { metadata: { dead_letter_reason: reason } },
  )
}

async function waitForInsight(
  { lookUp, arrivals }: GetInsightDependencies,
  leadId: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<LookUp> {
  const arrival = arrivals.waitFor(leadId, AbortSignal.any([signal, AbortSignal.timeout(waitMs)]))
  try {
    // it may have come between the first look and the beginning of the wait
    const found = await lookUp(leadId)
    if (isSettled(found)) return found
    const arrived = await arrival.arrived
    signal.throwIfAborted()
    return arrived ? await lookUp(leadId) : found
  } finally {
    arrival.cancel()
  }
}
