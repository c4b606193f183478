import { create } from '@bufbuild/protobuf'
import { durationMs } from '@bufbuild/protobuf/wkt'
import type { Insight } from '../../domain/insight.ts'
import { GetInsightResponseSchema, InsightsService } from '../../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { toInsightMessage } from '../../lib/contract/insight-message.ts'
import type { RpcService } from '../../lib/server/rpc.ts'
import { rpcService } from '../../lib/server/rpc.ts'

/** Looks up an insight; see `get-insight.ts`. */
export type GetInsight = (request: { lead_id: unknown; wait: unknown }, signal: AbortSignal) => Promise<Insight>

/** InsightsService: translates messages, decides nothing. */
export function insightsRpc(getInsight: GetInsight): RpcService {
  return rpcService(InsightsService, {
    getInsight: async ({ leadId, wait }, { signal }) => {
      const request = { lead_id: leadId, wait: wait === undefined ? 0 : durationMs(wait) }
      return create(GetInsightResponseSchema, { insight: toInsightMessage(await getInsight(request, signal)) })
    },
  })
}
