import { create } from '@bufbuild/protobuf'
import type {
  ExportInsightsRequest,
  ExportInsightsResponse,
} from '../../../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { ExportInsightsResponseSchema } from '../../../gen/leadtriage/insights/v1/insights_service_pb.ts'
import type { Principal } from '../../../lib/auth/principal.ts'
import { toFilterInput } from './insight-filter-message.ts'
import type { LeadInsight } from './lead-insight.ts'
import { toLeadInsightMessage } from './lead-insight-message.ts'
import { toOrder } from './list-rpc.ts'

/** `exportInsights` of `export-insights.ts`, with its store bound. */
export type ExportInsights = (input: unknown, principal: Principal) => AsyncIterable<readonly LeadInsight[]>

/** The method ExportInsights of InsightsService. */
export function exportInsightsRpc(exportInsights: ExportInsights) {
  return async function* (
    { filter, order }: ExportInsightsRequest,
    { principal }: { principal: Principal },
  ): AsyncGenerator<ExportInsightsResponse> {
    const input = { filter: toFilterInput(filter), order: toOrder(order) }
    for await (const batch of exportInsights(input, principal)) {
      yield create(ExportInsightsResponseSchema, { insights: batch.map(toLeadInsightMessage) })
    }
  }
}
