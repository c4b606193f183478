import { create } from '@bufbuild/protobuf'
import type {
  WatchInsightsRequest,
  WatchInsightsResponse,
} from '../../../gen/leadtriage/insights/v1/insights_service_pb.ts'
import {
  HeartbeatSchema,
  LaggingSchema,
  SynchronizedSchema,
  WatchInsightsResponseSchema,
} from '../../../gen/leadtriage/insights/v1/insights_service_pb.ts'
import type { CallContext } from '../../../lib/server/rpc.ts'
import { toFilterInput } from '../leads/insight-filter-message.ts'
import { toLeadInsightMessage } from '../leads/lead-insight-message.ts'
import { oncePer } from './row-variants.ts'
import type { WatchInsights } from './watch-insights.ts'
import type { WatchEvent, WatchItem } from './watch-item.ts'

/** WatchInsights of InsightsService. */
export function watchInsightsRpc(watch: WatchInsights) {
  return async function* (
    request: WatchInsightsRequest,
    context: CallContext,
  ): AsyncIterable<readonly WatchInsightsResponse[]> {
    const { includeOpen: include_open, resumeToken: resume_token } = request
    const input = { filter: toFilterInput(request.filter), include_open, resume_token }
    for await (const batch of watch(input, context)) yield responsesOf(batch)
  }
}

const responsesOf = oncePer((batch: readonly WatchItem[]) =>
  batch.map(({ event, resumeToken }) =>
    create(WatchInsightsResponseSchema, { event: toEventMessage(event), resumeToken }),
  ),
)
const toMessage = oncePer(toLeadInsightMessage)

function toEventMessage(event: WatchEvent): WatchInsightsResponse['event'] {
  switch (event.type) {
    case 'insight':
      return { case: 'insight', value: toMessage(event.row) }
    case 'synchronized':
      return {
        case: 'synchronized',
        value: create(SynchronizedSchema, { openLeadsTruncated: event.openLeadsTruncated }),
      }
    case 'heartbeat':
      return { case: 'heartbeat', value: create(HeartbeatSchema) }
    case 'lagging':
      return { case: 'lagging', value: create(LaggingSchema) }
  }
}
