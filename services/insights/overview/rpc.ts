import { create } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type {
  GetLeadOverviewRequest,
  GetLeadOverviewResponse,
} from '../../../gen/leadtriage/insights/v1/lead_overview_pb.ts'
import {
  GetLeadOverviewResponseSchema,
  TimelineEvent as TimelineEventMessage,
} from '../../../gen/leadtriage/insights/v1/lead_overview_pb.ts'
import type { CallContext } from '../../../lib/server/rpc.ts'
import { toCorrectionMessage } from '../corrections/rpc.ts'
import { TimelineEvent } from '../get-lead-overview.ts'
import { toLeadInsightMessage } from '../leads/lead-insight-message.ts'
import type { GetLeadOverview } from './rest.ts'

const EVENTS = {
  [TimelineEvent.Received]: TimelineEventMessage.RECEIVED,
  [TimelineEvent.Triaged]: TimelineEventMessage.TRIAGED,
  [TimelineEvent.DeadLettered]: TimelineEventMessage.DEAD_LETTERED,
  [TimelineEvent.Corrected]: TimelineEventMessage.CORRECTED,
} as const satisfies Record<TimelineEvent, TimelineEventMessage>

/** The method GetLeadOverview of InsightsService. */
export function getLeadOverviewRpc(getLeadOverview: GetLeadOverview) {
  return async (
    { leadId }: GetLeadOverviewRequest,
    { principal }: Pick<CallContext, 'principal'>,
  ): Promise<GetLeadOverviewResponse> => {
    const overview = await getLeadOverview(principal, leadId)
    const { lead, corrections, deadLetter, related, timeline } = overview
    return create(GetLeadOverviewResponseSchema, {
      lead: toLeadInsightMessage(lead),
      corrections: corrections.map(toCorrectionMessage),
      correctionsTruncated: overview.correctionsTruncated,
      ...(deadLetter && {
        deadLetter: {
          reason: deadLetter.reason,
          generation: deadLetter.generation,
          failedAt: timestampFromDate(deadLetter.failedAt),
        },
      }),
      related: related.map(toLeadInsightMessage),
      relatedTruncated: overview.relatedTruncated,
      timeline: timeline.map(({ event, time, by }) => ({
        event: EVENTS[event],
        time: timestampFromDate(time),
        by: by ?? '',
      })),
    })
  }
}
