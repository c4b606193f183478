export type { Correction, NewCorrection, StoredCorrection } from './correction.ts'
export {
  connect,
  createLeadtriage,
  grpcWeb,
  type Leadtriage,
  type LeadtriageOptions,
  type TransportFactory,
} from './create-leadtriage.ts'
export type { CreateManyOptions, CreateManyResult } from './create-many.ts'
export { LeadtriageError, type LeadtriageErrorCode, type Violation } from './errors.ts'
export type { Insight, InsightFilter, LeadInsight, Reason, Verdict } from './insight.ts'
export type { CorrectOptions, GetInsightOptions, Insights } from './insights.ts'
export type {
  InsightOrder,
  Intent,
  Known,
  LeadState,
  NextAction,
  Priority,
  Stage,
  StatsBreakdown,
  StatsInterval,
  TimelineEvent,
} from './labels.ts'
export type { CreatedLead, CreateOptions, Lead, Leads, NewLead, NewLeadWithKey } from './leads.ts'
export type { InsightList, InsightPage, ListOptions } from './list.ts'
export type { FailedTriage, LeadOverview, TimelineEntry } from './overview.ts'
export type { CallOptions } from './retry.ts'
export type { Stats, StatsFigures, StatsGroup, StatsIntervalFigures, StatsQuery } from './stats.ts'
export type { WatchEvent, WatchOptions } from './watch.ts'
