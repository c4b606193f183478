import type {
  StatsFigures as FiguresMessage,
  GetStatsRequest,
  GetStatsResponse,
  StatsIntervalFigures as IntervalMessage,
} from '../gen/leadtriage/insights/v1/stats_pb.ts'
import {
  type Intent,
  numberOf,
  type Priority,
  STATS_BREAKDOWNS,
  STATS_INTERVALS,
  type StatsBreakdown,
  type StatsInterval,
} from './labels.ts'
import { dateOf, present, timestampOf } from './times.ts'

/** Which leads to count, and how. */
export interface StatsQuery {
  /** The period, extended to whole intervals. Default: 30 days until now. */
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  /** Default: `day`. */
  readonly interval?: StatsInterval | undefined
  /** IANA name of the time zone whose days are counted. Default: `UTC`. */
  readonly timeZone?: string | undefined
  /** Count only leads with one of these values. */
  readonly sources?: readonly string[] | undefined
  readonly clients?: readonly string[] | undefined
  readonly languages?: readonly string[] | undefined
  /** Also counts by the values of this property. */
  readonly breakdown?: StatsBreakdown | undefined
}

export interface Stats {
  readonly from: Date
  readonly to: Date
  /** Everything that was committed before this time is counted. */
  readonly asOf: Date
  readonly total: StatsFigures
  /** All intervals of the period, in order. */
  readonly intervals: readonly StatsIntervalFigures[]
  /** The value with the most leads first; `other` last. Empty without a breakdown. */
  readonly groups: readonly StatsGroup[]
  /** Triaged leads that may match a filter by source or language and are not counted. Usually 0. */
  readonly unattributed: number
}

export interface StatsIntervalFigures {
  readonly start: Date
  /** Also the start of the next interval. */
  readonly end: Date
  readonly figures: StatsFigures
}

export interface StatsGroup {
  /** Undefined for leads without the property, and if `other` is true. */
  readonly value?: string | undefined
  /** Whether these are the leads of all values that have no group of their own. */
  readonly other: boolean
  readonly total: StatsFigures
  readonly intervals: readonly StatsIntervalFigures[]
}

/** Figures about leads that were received in a period, as they are now. */
export interface StatsFigures {
  /** The sum of `triaged`, `pending` and `deadLettered`. */
  readonly arrivals: number
  readonly triaged: number
  readonly pending: number
  readonly deadLettered: number
  /** Triaged leads with the same note as an earlier lead of the same client within the hour before. */
  readonly duplicates: number
  readonly intents: Readonly<Record<Intent, number>>
  readonly priorities: Readonly<Record<Priority, number>>
  /** 0 to 1. Undefined if no lead was triaged. */
  readonly spamShare?: number | undefined
  /** Insights that a person corrected or confirmed. */
  readonly corrected: number
  /** Those of them whose intent or priority differs from the analyzer's. */
  readonly disagreements: number
  /** 0 to 1. Undefined if no insight was corrected. */
  readonly agreement?: number | undefined
  /** From the commit of the lead to that of its first insight. Undefined if no lead was triaged. */
  readonly latency?: { readonly p50Ms: number; readonly p95Ms: number; readonly p99Ms: number } | undefined
}

export function statsRequest({ from, to, interval, breakdown, timeZone, ...lists }: StatsQuery) {
  return {
    ...(from && { from: timestampOf(from) }),
    ...(to && { to: timestampOf(to) }),
    ...(timeZone !== undefined && { timeZone }),
    interval: numberOf(STATS_INTERVALS, interval) as GetStatsRequest['interval'],
    breakdown: numberOf(STATS_BREAKDOWNS, breakdown) as GetStatsRequest['breakdown'],
    sources: [...(lists.sources ?? [])],
    clients: [...(lists.clients ?? [])],
    languages: [...(lists.languages ?? [])],
  }
}

export function toStats({ from, to, asOf, total, intervals, groups, unattributed }: GetStatsResponse): Stats {
  return {
    from: dateOf(present(from)),
    to: dateOf(present(to)),
    asOf: dateOf(present(asOf)),
    total: toFigures(total),
    intervals: intervals.map(toInterval),
    groups: groups.map((group) => ({
      value: group.value,
      other: group.other,
      total: toFigures(group.total),
      intervals: group.intervals.map(toInterval),
    })),
    unattributed: Number(unattributed),
  }
}

function toInterval({ start, end, figures }: IntervalMessage): StatsIntervalFigures {
  return { start: dateOf(present(start)), end: dateOf(present(end)), figures: toFigures(figures) }
}

/** Counts of leads fit into a number. */
function toFigures(message: FiguresMessage | undefined): StatsFigures {
  const { spamShare, agreement, latency, intents, priorities, ...counts } = present(message)
  const { buy, support, spam, job, other } = present(intents)
  const { p0, p1, p2, p3 } = present(priorities)
  return {
    arrivals: Number(counts.arrivals),
    triaged: Number(counts.triaged),
    pending: Number(counts.pending),
    deadLettered: Number(counts.deadLettered),
    duplicates: Number(counts.duplicates),
    intents: {
      buy: Number(buy),
      support: Number(support),
      spam: Number(spam),
      job: Number(job),
      other: Number(other),
    },
    priorities: { P0: Number(p0), P1: Number(p1), P2: Number(p2), P3: Number(p3) },
    spamShare,
    corrected: Number(counts.corrected),
    disagreements: Number(counts.disagreements),
    agreement,
    latency: latency && {
      p50Ms: Number(latency.p50Ms),
      p95Ms: Number(latency.p95Ms),
      p99Ms: Number(latency.p99Ms),
    },
  }
}
