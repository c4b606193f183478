import { z } from 'zod'
import type { Insight } from '../../domain/insight.ts'
import { uuidSchema } from '../../domain/uuid.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import type { InsightArrivals } from './insight-arrivals.ts'
import type { FailureReason, LookUp } from './insight-reader.ts'

const MAX_WAIT_MS = 60_000

export interface GetInsightDependencies {
  /** Looks a lead up in the next batched query. */
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
 * Returns the insight of a lead. If there is none yet and `wait` (milliseconds) is positive, waits until the insight is
 * stored or the lead is dead-lettered. A provisional insight, or one of an older generation, is returned even if the
 * lead was dead-lettered afterwards.
 *
 * @param request not validated yet
 * @throws AppError `invalid_request`; `insight_pending` while the lead waits for triage; `insight_failed` when it is a
 *   dead letter; `lead_not_found`; `overloaded`; `unavailable`
 */
export async function getInsight(
  parts: GetInsightDependencies,
  request: { lead_id: unknown; wait: unknown },
  signal: AbortSignal,
): Promise<Insight> {
  const { lead_id: leadId, wait: waitMs } = parseRequest(requestSchema, request)
  const found = await parts.lookUp(leadId)
  if (!found.leadExists) throw new AppError(ErrorCode.LeadNotFound, `Lead ${leadId} does not exist.`)
  const shouldWait = !isSettled(found) && waitMs > 0
  const { insight, failure } = shouldWait ? await waitForInsight(parts, leadId, waitMs, signal) : found
  if (insight !== undefined) return insight
  if (failure !== undefined) throw insightFailed(leadId, failure)
  throw new AppError(ErrorCode.InsightPending, `Lead ${leadId} has not been triaged yet.`, { retryAfterSeconds: 1 })
}

function isSettled({ insight, failure }: LookUp): boolean {
  return insight !== undefined || failure !== undefined
}

const FAILURES: Readonly<Record<string, string>> = {
  failed: 'its last attempt failed',
  delivery_limit: 'its attempts ended without a response',
}

function insightFailed(leadId: string, reason: FailureReason): AppError {
  const cause = FAILURES[reason] ?? 'its attempts are exhausted'
  return new AppError(
    ErrorCode.InsightFailed,
    `Triage of lead ${leadId} failed: ${cause} (${reason}). It gets no insight unless its dead letter is redriven.`,
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
    // the insight may have been stored between the first look-up and the start of the wait
    const found = await lookUp(leadId)
    if (isSettled(found)) return found
    const arrived = await arrival.arrived
    signal.throwIfAborted()
    return arrived ? await lookUp(leadId) : found
  } finally {
    arrival.cancel()
  }
}
