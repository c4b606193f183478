import type { Client } from '@connectrpc/connect'
import type { InsightsService, ListInsightsRequest } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { filterMessage, type InsightFilter, type LeadInsight, toLeadInsight } from './insight.ts'
import { INSIGHT_ORDERS, type InsightOrder, numberOf } from './labels.ts'
import type { Caller, CallOptions } from './retry.ts'

/** `timeoutMs` is the deadline of each page. */
export interface ListOptions extends CallOptions {
  /** Default: `urgency`. */
  readonly order?: InsightOrder | undefined
  /** At most 500. Default: 50. */
  readonly pageSize?: number | undefined
  /** Starts with the page after the one that had this `nextPageToken`, with the same filter and order. */
  readonly pageToken?: string | undefined
  /** Whether pages count the leads that match. */
  readonly count?: boolean | undefined
}

/** May have fewer leads than the page size, even none, although more follow. */
export interface InsightPage {
  readonly leads: readonly LeadInsight[]
  /** Undefined on the last page. */
  readonly nextPageToken?: string | undefined
  /** How many leads match, at most 10,000. Set if `count` was. */
  readonly totalSize?: number | undefined
  /** Whether more than `totalSize` leads may match. */
  readonly totalSizeIsMinimum: boolean
}

/** Leads, read page by page as the loop goes on: `for await (const { lead, insight } of list)`. */
export interface InsightList extends AsyncIterable<LeadInsight> {
  pages(): AsyncIterableIterator<InsightPage>
}

export function listInsights(
  service: Client<typeof InsightsService>,
  call: Caller,
  filter: InsightFilter = {},
  { order, pageSize = 0, pageToken = '', count = false, ...options }: ListOptions = {},
): InsightList {
  const request = {
    filter: filterMessage(filter),
    order: numberOf(INSIGHT_ORDERS, order) as ListInsightsRequest['order'],
    pageSize,
    count,
  }
  const readPage = (token: string) =>
    call((attempt) => service.listInsights({ ...request, pageToken: token }, attempt), options)
  async function* pages(): AsyncGenerator<InsightPage, void, undefined> {
    for (let token: string | undefined = pageToken; token !== undefined; ) {
      const page = await readPage(token)
      token = page.nextPageToken || undefined
      yield {
        leads: page.insights.map(toLeadInsight),
        nextPageToken: token,
        totalSize: page.totalSize,
        totalSizeIsMinimum: page.totalSizeIsMinimum,
      }
    }
  }
  return {
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const { leads } of pages()) yield* leads
    },
  }
}
