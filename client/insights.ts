import type { Client } from '@connectrpc/connect'
import type { CorrectInsightRequest } from '../gen/leadtriage/insights/v1/correction_pb.ts'
import type { InsightsService } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { type NewCorrection, type StoredCorrection, toCorrection } from './correction.ts'
import { type Insight, type InsightFilter, toInsight } from './insight.ts'
import { INTENTS, NEXT_ACTIONS, numberOf, PRIORITIES } from './labels.ts'
import { type InsightList, type ListOptions, listInsights } from './list.ts'
import { type LeadOverview, toOverview } from './overview.ts'
import { randomUuid } from './random-uuid.ts'
import type { Caller, CallOptions } from './retry.ts'
import { type Stats, type StatsQuery, statsRequest, toStats } from './stats.ts'
import { durationOf, present } from './times.ts'
import { type WatchEvent, type WatchOptions, type WatchSettings, watchInsights } from './watch.ts'

export interface GetInsightOptions extends CallOptions {
  /** How long to wait for the insight if the lead is not triaged yet: 0 to 60,000. Default: 0. */
  readonly waitMs?: number | undefined
}

export interface CorrectOptions extends CallOptions {
  /** A UUID, the same for every call that stores this correction. Default: a new one for each call. */
  readonly requestId?: string | undefined
}

export interface Insights {
  /**
   * The insight of a lead.
   * @throws LeadtriageError `insight_pending` if there is none yet, after `waitMs`; `insight_failed` when triage failed;
   *   `lead_not_found`
   */
  get(leadId: string, options?: GetInsightOptions): Promise<Insight>
  /** Leads with their insights and states. Nothing is sent before the first lead is asked for. */
  list(filter?: InsightFilter, options?: ListOptions): InsightList
  /**
   * Every change of an insight after which its lead matches the filter, live, each exactly once, also across broken
   * connections and restarts of the service. The loop ends when the signal aborts.
   * @throws LeadtriageError while iterating, if the first connection fails after its retries, or a later one is refused
   */
  watch(filter?: InsightFilter, options?: WatchOptions): AsyncIterableIterator<WatchEvent>
  /**
   * Stores a person's verdict, which outranks the analyzer's.
   * @throws LeadtriageError as {@link get}, and `invalid_request`, `idempotency_conflict`
   */
  correct(leadId: string, correction: NewCorrection, options?: CorrectOptions): Promise<StoredCorrection>
  /** Everything that is known about a lead. @throws LeadtriageError `lead_not_found` */
  overview(leadId: string, options?: CallOptions): Promise<LeadOverview>
  /** Counts the leads of a period per interval. */
  stats(query?: StatsQuery, options?: CallOptions): Promise<Stats>
}

export function createInsights(
  service: Client<typeof InsightsService>,
  call: Caller,
  watchSettings: WatchSettings,
): Insights {
  return {
    get: async (leadId, { waitMs = 0, ...options } = {}) => {
      const startedAt = performance.now()
      const attempt = (attemptOptions: Parameters<Parameters<Caller>[0]>[0]) => {
        const leftMs = Math.max(0, Math.floor(waitMs - (performance.now() - startedAt))) // a retry waits for the rest
        return service.getInsight({ leadId, wait: durationOf(leftMs) }, attemptOptions)
      }
      const { insight } = await call(attempt, { ...options, waitMs })
      return toInsight(present(insight))
    },
    list: (filter, options) => listInsights(service, call, filter, options),
    watch: (filter, options) => watchInsights(service, watchSettings, filter, options),
    correct: async (leadId, correction, { requestId = randomUuid(), ...options } = {}) => {
      const { intent, priority, nextAction, spam, comment } = correction
      const request = {
        ...{ leadId, requestId, comment: comment ?? '' },
        intent: numberOf(INTENTS, intent) as CorrectInsightRequest['intent'],
        priority: numberOf(PRIORITIES, priority) as CorrectInsightRequest['priority'],
        nextAction: numberOf(NEXT_ACTIONS, nextAction) as CorrectInsightRequest['nextAction'],
        ...(spam !== undefined && { spam }),
      }
      const response = await call((attempt) => service.correctInsight(request, attempt), {
        ...options,
        idempotencyKey: requestId,
      })
      return {
        correction: toCorrection(present(response.correction)),
        insight: toInsight(present(response.insight)),
        replayed: response.replayed,
      }
    },
    overview: async (leadId, options) =>
      toOverview(await call((attempt) => service.getLeadOverview({ leadId }, attempt), options)),
    stats: async (query = {}, options) =>
      toStats(await call((attempt) => service.getStats(statsRequest(query), attempt), options)),
  }
}
