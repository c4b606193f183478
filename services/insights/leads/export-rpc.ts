import { create } from '@bufbuild/protobuf'
import type {
  ExportInsightsRequest,
  ExportInsightsResponse,
} from '../../../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { ExportInsightsResponseSchema } from '../../../gen/leadtriage/insights/v1/insights_service_pb.ts'
import type { Principal } from '../../../lib/auth/principal.ts'
import type { ExportInsights } from './export-insights.ts'
import { toFilterInput } from './insight-filter-message.ts'
import type { LeadInsight } from './lead-insight.ts'
import { toLeadInsightMessage } from './lead-insight-message.ts'
import { toOrder } from './list-rpc.ts'

/** Clients of gRPC reject messages above 4 MB, unless they are told otherwise. A code unit has up to three bytes. */
const MAX_NOTE_UNITS = 500_000

/** The method ExportInsights of InsightsService. */
export function exportInsightsRpc(exportInsights: ExportInsights) {
  return async function* (
    { filter, order }: ExportInsightsRequest,
    { principal, signal }: { principal: Principal; signal?: AbortSignal },
  ): AsyncGenerator<ExportInsightsResponse> {
    const input = { filter: toFilterInput(filter), order: toOrder(order) }
    for await (const batch of exportInsights(input, principal, signal)) {
      for (const part of partsOf(batch)) {
        yield create(ExportInsightsResponseSchema, { insights: part.map(toLeadInsightMessage) })
      }
    }
  }
}

/** Splits a batch by the length of its notes. */
function* partsOf(batch: readonly LeadInsight[]): Generator<readonly LeadInsight[]> {
  let [start, units] = [0, 0]
  for (const [index, { lead }] of batch.entries()) {
    units += lead.note.length
    if (units > MAX_NOTE_UNITS && index > start) {
      yield batch.slice(start, index)
      start = index
      units = lead.note.length
    }
  }
  yield batch.slice(start)
}
