import { create } from '@bufbuild/protobuf'
import type {
  ListInsightsRequest,
  ListInsightsResponse,
} from '../../../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { InsightOrder, ListInsightsResponseSchema } from '../../../gen/leadtriage/insights/v1/insights_service_pb.ts'
import type { Principal } from '../../../lib/auth/principal.ts'
import { toFilterInput } from './insight-filter-message.ts'
import { toLeadInsightMessage } from './lead-insight-message.ts'
import type { InsightPage } from './list-insights.ts'
import { Order } from './order.ts'

/** `listInsights` of `list-insights.ts`, with its store bound. */
export type ListInsights = (input: unknown, principal: Principal, signal: AbortSignal) => Promise<InsightPage>

const ORDERS: Readonly<Record<InsightOrder, Order | undefined>> = {
  [InsightOrder.UNSPECIFIED]: undefined,
  [InsightOrder.URGENCY]: Order.Urgency,
  [InsightOrder.NEWEST]: Order.Newest,
  [InsightOrder.OLDEST]: Order.Oldest,
}

/** The order in a request; unknown numbers stay, and are rejected by the use case. */
export function toOrder(order: InsightOrder): Order | InsightOrder | undefined {
  return order in ORDERS ? ORDERS[order] : order
}

/** The method ListInsights of InsightsService. */
export function listInsightsRpc(listInsights: ListInsights) {
  return async (
    request: ListInsightsRequest,
    { principal, signal }: { principal: Principal; signal: AbortSignal },
  ): Promise<ListInsightsResponse> => {
    const { filter, order, pageSize, pageToken, count } = request
    const page = await listInsights(
      {
        filter: toFilterInput(filter),
        order: toOrder(order),
        ...{ page_size: pageSize, page_token: pageToken, count },
      },
      principal,
      signal,
    )
    return create(ListInsightsResponseSchema, {
      insights: page.insights.map(toLeadInsightMessage),
      nextPageToken: page.nextPageToken ?? '',
      ...(page.total && { totalSize: page.total.leads, totalSizeIsMinimum: page.total.isMinimum }),
    })
  }
}
