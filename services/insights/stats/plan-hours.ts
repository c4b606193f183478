import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import type { Sql, SqlFragment } from '../../../lib/postgres/connect.ts'
import { DUPLICATE_WINDOW_MS } from './measures.ts'
import { timesSql } from './stats-query.ts'

/** A time from one whole hour of UTC to another one. */
export interface Range {
  readonly from: Date
  readonly to: Date
}

/** Which hours are counted from the table of insights; the roll-ups of all others are used. */
export interface HourPlan {
  /** They do not overlap. */
  readonly live: readonly Range[]
  /** Everything that was committed before this time is counted. */
  readonly asOf: Date
}

/** An hour that changed since it was rolled up. */
export interface StaleHour {
  readonly hour: Date
  /** When it was last rolled up; undefined if it never was. */
  readonly computedAt: Date | undefined
}

/** How many insights one call may read one by one. An hour is read with the one before it, for the duplicates. */
export const MAX_LIVE_INSIGHTS = 10_000
const HOUR_MS = 3_600_000
/** An hour that was never rolled up, and is not older than so many hours, has no figures yet. */
const NEW_HOURS = 2

/**
 * @param options `usesUnsettled`: whether the leader's count of leads without an insight is used
 * @throws AppError `unavailable`, also while older hours with many leads were never rolled up
 */
export async function planHours(
  sql: Sql,
  period: Range,
  { maxLiveInsights, usesUnsettled }: { readonly maxLiveInsights: number; readonly usesUnsettled: boolean },
): Promise<HourPlan> {
  const progress = await readProgress(sql, period)
  const stale = inOrder(progress.stale)
  const live = stale.slice(0, await countLive(sql, stale, maxLiveInsights))
  const asOf = asOfRollUps(stale.slice(live.length), progress.markedAt)
  const unsettledAt = usesUnsettled ? progress.unsettledAt : asOf
  if (asOf === undefined || unsettledAt === undefined) {
    const message = 'The statistics of this period are being computed for the first time; try again later.'
    throw new AppError(ErrorCode.Unavailable, message, { retryAfterSeconds: 5 })
  }
  return { live: rangesOf(live.map(({ hour }) => hour)), asOf: unsettledAt < asOf ? unsettledAt : asOf }
}

/** The order in which stale hours are counted live: those without a roll-up first, and the newest first. */
export function inOrder(stale: readonly StaleHour[]): StaleHour[] {
  const isRolledUp = ({ computedAt }: StaleHour) => Number(computedAt !== undefined)
  return stale.toSorted((a, b) => isRolledUp(a) - isRolledUp(b) || b.hour.getTime() - a.hour.getTime())
}

/**
 * @param stale hours whose roll-ups are used as they are
 * @param markedAt the time of the last look for stale hours
 * @returns the time before which everything is counted; undefined if an hour was never rolled up that is not a new one
 */
export function asOfRollUps(stale: readonly StaleHour[], markedAt: Date): Date | undefined {
  let asOf = markedAt
  for (const { hour, computedAt } of stale) {
    if (computedAt === undefined && hour.getTime() < markedAt.getTime() - NEW_HOURS * HOUR_MS) return undefined
    const countedUntil = computedAt ?? hour
    if (countedUntil < asOf) asOf = countedUntil
  }
  return asOf
}

/** Joins hours that follow each other. */
export function rangesOf(hours: readonly Date[]): Range[] {
  const ranges: Range[] = []
  for (const from of hours.toSorted((a, b) => a.getTime() - b.getTime())) {
    const to = new Date(from.getTime() + HOUR_MS)
    const last = ranges.at(-1)
    if (last?.to.getTime() === from.getTime()) ranges.splice(-1, 1, { from: last.from, to })
    else ranges.push({ from, to })
  }
  return ranges
}

/** @returns how many of these hours may be counted live. Reads the index insights_by_time, hour by hour in this order. */
async function countLive(sql: Sql, stale: readonly StaleHour[], maxInsights: number): Promise<number> {
  if (stale.length === 0) return 0
  const hours = timesSql(
    sql,
    stale.map(({ hour }) => hour),
  )
  const [row] = await sql<{ insights: number; place: number | null }[]>`
    select count(*)::int as insights, max(place)::int as place
    from (
      select place
      from unnest(${hours}) with ordinality as hours (hour, place)
      cross join lateral (
        select from insights
        where received_at >= hour - ${DUPLICATE_WINDOW_MS} * interval '1 millisecond'
          and received_at < hour + interval '1 hour'
      ) as read
      limit ${maxInsights + 1}
    ) as bounded`
  const isBounded = row !== undefined && row.insights > maxInsights
  return isBounded ? (row.place ?? 1) - 1 : stale.length
}

/** The hours of a period that changed since they were rolled up: all, if the leader has not looked for any yet. */
async function readProgress(sql: Sql, { from, to }: Range) {
  const rows = await sql<ProgressRow[]>`
    select case when snapshot is null then now() else marked_at end as marked_at, unsettled_at, stale.hour, computed_at
    from stats_progress
    left join lateral (
      select distinct hour from stats_stale_hours where snapshot is not null and hour >= ${from} and hour < ${to}
      union all
      select hour from generate_series(${from}::timestamptz, ${to}::timestamptz - interval '1 hour', '1 hour') as hour
      where snapshot is null
    ) as stale on true
    left join stats_by_hour rolled_up on rolled_up.hour = stale.hour`
  const [first] = rows
  if (first === undefined) throw new Error('stats_progress has no row')
  return { markedAt: first.marked_at, unsettledAt: first.unsettled_at ?? undefined, stale: rows.flatMap(toStaleHour) }
}

interface ProgressRow {
  marked_at: Date
  unsettled_at: Date | null
  hour: Date | null
  computed_at: Date | null
}

function toStaleHour({ hour, computed_at: computedAt }: ProgressRow): StaleHour[] {
  return hour === null ? [] : [{ hour, computedAt: computedAt ?? undefined }]
}

/** A table with the starts and the ends of ranges. */
export function rangesSql(sql: Sql, ranges: readonly Range[]): SqlFragment {
  const starts = ranges.map(({ from }) => from)
  const ends = ranges.map(({ to }) => to)
  return sql`unnest(${timesSql(sql, starts)}, ${timesSql(sql, ends)})`
}
