import { create } from '@bufbuild/protobuf'
import { toInsightMessage } from '../../contract/insight-message.ts'
import { millisecondsOf } from '../../contract/well-known-times.ts'
import type { Insight } from '../../domain/insight.ts'
import { GetInsightResponseSchema, InsightsService } from '../../gen/leadtriage/insights/v1/insights_service_pb.ts'
import type { RpcService } from '../../lib/server/rpc.ts'
import { rpcService } from '../../lib/server/rpc.ts'

/** Looks up an insight; see `get-insight.ts`. */
export type GetInsight = (request: { lead_id: unknown; wait: unknown }, signal: AbortSignal) => Promise<Insight>

/** InsightsService: translates messages, decides nothing. */
export function insightsRpc(getInsight: GetInsight): RpcService {
  return rpcService(InsightsService, {
    getInsight: async ({ leadId, wait }, { signal }) => {
      const request = { lead_id: leadId, wait: millisecondsOf(wait, 'wait') ?? 0 }
      return create(GetInsightResponseSchema, { insight: toInsightMessage(await getInsight(request, signal)) })
    },
  })
}
