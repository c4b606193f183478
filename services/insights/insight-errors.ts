import type { Insight } from '../../domain/insight.ts'
import { AppError, ErrorCode } from '../../lib/errors/app-error.ts'
import type { FailureReason, LookUp } from './insight-reader.ts'

/**
 * Returns the insight of a lead that was looked up.
 * @throws AppError `lead_not_found`; `insight_pending` while the lead waits for triage; `insight_failed` when it is a
 *   dead letter
 */
export function assertTriaged(leadId: string, { leadExists, insight, failure }: LookUp): Insight {
  if (!leadExists) throw leadNotFound(leadId)
  if (insight !== undefined) return insight
  if (failure !== undefined) throw insightFailed(leadId, failure)
  throw new AppError(ErrorCode.InsightPending, `Lead ${leadId} has not been triaged yet.`, { retryAfterSeconds: 1 })
}

export function leadNotFound(leadId: string): AppError {
  return new AppError(ErrorCode.LeadNotFound, `Lead ${leadId} does not exist.`)
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
