import type { GetLeadOverviewResponse } from '../gen/leadtriage/insights/v1/lead_overview_pb.ts'
import { type Correction, toCorrection } from './correction.ts'
import { type LeadInsight, toLeadInsight } from './insight.ts'
import { type Known, labelOf, TIMELINE_EVENTS, type TimelineEvent } from './labels.ts'
import { dateOf, present } from './times.ts'

/** Everything that is known about a lead. */
export interface LeadOverview extends LeadInsight {
  /** The newest 50, newest first. */
  readonly corrections: readonly Correction[]
  /** Whether there are more. */
  readonly correctionsTruncated: boolean
  /** Set if the last triage of the lead failed, also if the lead has an insight of an earlier one. */
  readonly failedTriage?: FailedTriage | undefined
  /**
   * Other leads with the same email address or phone number: the newest 20, with notes cut to 500 characters. Needs the
   * scope `leads:read`.
   */
  readonly related: readonly LeadInsight[]
  /** Whether there are more. */
  readonly relatedTruncated: boolean
  /** What happened to the lead, oldest first. */
  readonly timeline: readonly TimelineEntry[]
}

export interface FailedTriage {
  /** `failed` or `delivery_limit`. */
  readonly reason: string
  readonly generation: number
  readonly failedAt: Date
}

export interface TimelineEntry {
  readonly event: Known<TimelineEvent>
  /** By the database's clock. */
  readonly time: Date
  /** The client that stored the lead, the analyzer, or the actor of a correction. Empty if unknown. */
  readonly by: string
}

export function toOverview(response: GetLeadOverviewResponse): LeadOverview {
  const { lead, corrections, deadLetter, related, timeline } = response
  return {
    ...toLeadInsight(present(lead)),
    corrections: corrections.map(toCorrection),
    correctionsTruncated: response.correctionsTruncated,
    failedTriage: deadLetter && {
      reason: deadLetter.reason,
      generation: deadLetter.generation,
      failedAt: dateOf(present(deadLetter.failedAt)),
    },
    related: related.map(toLeadInsight),
    relatedTruncated: response.relatedTruncated,
    timeline: timeline.map(({ event, time, by }) => ({
      event: labelOf(TIMELINE_EVENTS, event),
      time: dateOf(present(time)),
      by,
    })),
  }
}
