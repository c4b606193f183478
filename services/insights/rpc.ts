import { create } from '@bufbuild/protobuf'
import { toInsightMessage } from '../../contract/insight-message.ts'
import { millisecondsOf } from '../../contract/time.ts'
import type { Insight } from '../../domain/insight.ts'
import { GetInsightResponseSchema, InsightsService } from '../../gen/leadtriage/insights/v1/insights_service_pb.ts'
import type { RpcService } from '../../lib/server/rpc.ts'
import { rpcService } from '../../lib/server/rpc.ts'

/** `getInsight` of `get-insight.ts`, with its dependencies bound. */
export type GetInsight = (request: { lead_id: unknown; wait: unknown }, signal: AbortSignal) => Promise<Insight>

/** Maps the messages of InsightsService to and from the use case. */
export function insightsRpc(getInsight: GetInsight): RpcService {
  return rpcService(InsightsService, {
    getInsight: async ({ leadId, wait }, { signal }) => {
      const request = { lead_id: leadId, wait: millisecondsOf(wait, 'wait') ?? 0 }
      return create(GetInsightResponseSchema, { insight: toInsightMessage(await getInsight(request, signal)) })
    },
  })
}
