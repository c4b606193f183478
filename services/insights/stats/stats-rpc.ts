import { create } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { dateOf } from '../../../contract/time.ts'
import type {
  GetStatsRequest,
  GetStatsResponse,
  StatsFigures,
  StatsGroup as StatsGroupMessage,
  StatsIntervalFigures,
} from '../../../gen/leadtriage/insights/v1/stats_pb.ts'
import {
  GetStatsResponseSchema,
  StatsBreakdown,
  StatsFiguresSchema,
  StatsGroupSchema,
  StatsInterval,
  StatsIntervalFiguresSchema,
} from '../../../gen/leadtriage/insights/v1/stats_pb.ts'
import type { IntervalFigures, Stats, StatsGroup } from '../get-stats.ts'
import type { Figures } from './figures.ts'
import { Interval } from './period.ts'
import { Dimension } from './stats-query.ts'

/** `getStats` of `get-stats.ts`, with its store bound. */
export type GetStats = (input: unknown) => Promise<Stats>

const INTERVALS: Readonly<Record<StatsInterval, Interval | undefined>> = {
  [StatsInterval.UNSPECIFIED]: undefined,
  [StatsInterval.HOUR]: Interval.Hour,
  [StatsInterval.DAY]: Interval.Day,
}
const BREAKDOWNS: Readonly<Record<StatsBreakdown, Dimension | undefined>> = {
  [StatsBreakdown.UNSPECIFIED]: undefined,
  [StatsBreakdown.SOURCE]: Dimension.Source,
  [StatsBreakdown.CLIENT]: Dimension.Client,
  [StatsBreakdown.LANGUAGE]: Dimension.Language,
}

/** The method GetStats of InsightsService. */
export function getStatsRpc(getStats: GetStats) {
  return async (request: GetStatsRequest): Promise<GetStatsResponse> => {
    const { from, to, interval, timeZone, sources, clients, languages, breakdown } = request
    const stats = await getStats({
      from: dateOf(from, 'from'),
      to: dateOf(to, 'to'),
      // an unknown number stays and is reported as a violation
      interval: interval in INTERVALS ? INTERVALS[interval] : interval,
      time_zone: timeZone || undefined,
      ...{ sources, clients, languages },
      breakdown: breakdown in BREAKDOWNS ? BREAKDOWNS[breakdown] : breakdown,
    })
    return create(GetStatsResponseSchema, {
      from: timestampFromDate(stats.from),
      to: timestampFromDate(stats.to),
      asOf: timestampFromDate(stats.asOf),
      total: toFiguresMessage(stats.total),
      intervals: stats.intervals.map(toIntervalMessage),
      groups: stats.groups.map(toGroupMessage),
      unattributed: BigInt(stats.unattributed),
    })
  }
}

function toGroupMessage({ value, other, total, intervals }: StatsGroup): StatsGroupMessage {
  return create(StatsGroupSchema, {
    ...(value !== undefined && { value }),
    other,
    total: toFiguresMessage(total),
    intervals: intervals.map(toIntervalMessage),
  })
}

function toIntervalMessage({ start, end, figures }: IntervalFigures): StatsIntervalFigures {
  return create(StatsIntervalFiguresSchema, {
    start: timestampFromDate(start),
    end: timestampFromDate(end),
    figures: toFiguresMessage(figures),
  })
}

function toFiguresMessage(figures: Figures): StatsFigures {
  const { intents, priorities, spamShare, agreement, latency } = figures
  return create(StatsFiguresSchema, {
    arrivals: BigInt(figures.arrivals),
    triaged: BigInt(figures.triaged),
    pending: BigInt(figures.pending),
    deadLettered: BigInt(figures.deadLettered),
    duplicates: BigInt(figures.duplicates),
    intents: {
      buy: BigInt(intents.buy),
      support: BigInt(intents.support),
      spam: BigInt(intents.spam),
      job: BigInt(intents.job),
      other: BigInt(intents.other),
    },
    priorities: {
      p0: BigInt(priorities.P0),
      p1: BigInt(priorities.P1),
      p2: BigInt(priorities.P2),
      p3: BigInt(priorities.P3),
    },
    ...(spamShare !== undefined && { spamShare }),
    corrected: BigInt(figures.corrected),
    disagreements: BigInt(figures.disagreements),
    ...(agreement !== undefined && { agreement }),
    ...(latency && { latency: { p50Ms: BigInt(latency.p50), p95Ms: BigInt(latency.p95), p99Ms: BigInt(latency.p99) } }),
  })
}
