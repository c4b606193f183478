import { z } from 'zod'
import type { Insight } from '../../domain/insight.ts'
import { uuidSchema } from '../../domain/uuid.ts'
import { parseRequest } from '../../lib/errors/parse.ts'
import type { InsightArrivals } from './insight-arrivals.ts'
import { assertTriaged } from './insight-errors.ts'
import type { LookUp } from './insight-reader.ts'

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
    .max(MAX_WAIT_MS, { error: `must be at most ${MAX_WAIT_MS / 1000}s` })
    .transform(Math.ceil), // timers take whole milliseconds only
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
  const shouldWait = found.leadExists && !isSettled(found) && waitMs > 0
  return assertTriaged(leadId, shouldWait ? await waitForInsight(parts, leadId, waitMs, signal) : found)
}

function isSettled({ insight, failure }: LookUp): boolean {
  return insight !== undefined || failure !== undefined
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
