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
import { oncePerRow } from './row-variants.ts'
import type { WatchEvent, WatchInsights } from './watch-insights.ts'

/** WatchInsights of InsightsService. */
export function watchInsightsRpc(watch: WatchInsights) {
  return async function* (request: WatchInsightsRequest, context: CallContext): AsyncIterable<WatchInsightsResponse> {
    const { includeOpen: include_open, resumeToken: resume_token } = request
    const input = { filter: toFilterInput(request.filter), include_open, resume_token }
    for await (const { event, resumeToken } of watch(input, context)) {
      yield create(WatchInsightsResponseSchema, { event: toEventMessage(event), resumeToken })
    }
  }
}

const toMessage = oncePerRow(toLeadInsightMessage)

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
