import { create } from '@bufbuild/protobuf'
import { toInsightMessage } from '../../contract/insight-message.ts'
import { millisecondsOf } from '../../contract/time.ts'
import type { Insight } from '../../domain/insight.ts'
import { GetInsightResponseSchema, InsightsService } from '../../gen/leadtriage/insights/v1/insights_service_pb.ts'
import type { RpcService } from '../../lib/server/rpc.ts'
import { rpcService } from '../../lib/server/rpc.ts'
import type { CorrectInsight, ListCorrections } from './corrections/rpc.ts'
import { correctInsightRpc, listCorrectionsRpc } from './corrections/rpc.ts'
import type { ExportInsights } from './leads/export-insights.ts'
import { exportInsightsRpc } from './leads/export-rpc.ts'
import { type ListInsights, listInsightsRpc } from './leads/list-rpc.ts'
import type { GetLeadOverview } from './overview/rest.ts'
import { getLeadOverviewRpc } from './overview/rpc.ts'
import { type GetStats, getStatsRpc } from './stats/stats-rpc.ts'
import { watchInsightsRpc } from './watch/rpc.ts'
import type { WatchInsights } from './watch/watch-insights.ts'

/** `getInsight` of `get-insight.ts`, with its dependencies bound. */
type GetInsight = (request: { lead_id: unknown; wait: unknown }, signal: AbortSignal) => Promise<Insight>

/** The use cases, with their dependencies bound. */
export interface InsightsMethods {
  readonly getInsight: GetInsight
  readonly listInsights: ListInsights
  readonly exportInsights: ExportInsights
  readonly getStats: GetStats
  readonly watchInsights: WatchInsights
  readonly correctInsight: CorrectInsight
  readonly getLeadOverview: GetLeadOverview
  readonly listCorrections: ListCorrections
}

/** Maps the messages of InsightsService to and from the use cases. */
export function insightsRpc(methods: InsightsMethods): RpcService {
  const { getInsight, listInsights, exportInsights, getStats, watchInsights, correctInsight } = methods
  return rpcService(InsightsService, {
    getInsight: async ({ leadId, wait }, { signal }) => {
      const request = { lead_id: leadId, wait: millisecondsOf(wait, 'wait') ?? 0 }
      return create(GetInsightResponseSchema, { insight: toInsightMessage(await getInsight(request, signal)) })
    },
    listInsights: listInsightsRpc(listInsights),
    exportInsights: exportInsightsRpc(exportInsights),
    getStats: getStatsRpc(getStats),
    watchInsights: watchInsightsRpc(watchInsights),
    correctInsight: correctInsightRpc(correctInsight),
    listCorrections: listCorrectionsRpc(methods.listCorrections),
    getLeadOverview: getLeadOverviewRpc(methods.getLeadOverview),
  })
}
