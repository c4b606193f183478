import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'

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
  /** When it was last rolled up, and how many insights it had; undefined if it never was. */
  readonly rolledUp: { readonly leads: number; readonly computedAt: Date } | undefined
}

/** How many insights one call may count one by one, within 200 ms. */
const MAX_LIVE_LEADS = 10_000
const HOUR_MS = 3_600_000

/** @throws AppError `unavailable`, also while hours of the period with many leads were never rolled up */
export async function planHours(sql: Sql, period: Range): Promise<HourPlan> {
  const { isMarked, markedAt, stale } = await readProgress(sql, period)
  const missing = isMarked ? stale.filter(({ rolledUp }) => rolledUp === undefined).map(rangeOf) : [period]
  const missingLeads = missing.length === 0 ? 0 : await countAtMost(sql, missing, MAX_LIVE_LEADS + 1)
  if (missingLeads > MAX_LIVE_LEADS) {
    const message = 'The statistics of this period are being computed for the first time; try again later.'
    throw new AppError(ErrorCode.Unavailable, message, { retryAfterSeconds: 5 })
  }
  if (!isMarked) return { live: [period], asOf: markedAt }
  const { live, asOf } = chooseLive(stale, MAX_LIVE_LEADS - missingLeads, markedAt)
  return { live: mergeRanges([...missing, ...live.map(rangeOf)]), asOf }
}

/**
 * Chooses the stale hours to count live, the newest first, until they have too many leads. The last roll-ups of the
 * others are used.
 */
export function chooseLive(
  stale: readonly StaleHour[],
  maxLeads: number,
  markedAt: Date,
): { live: StaleHour[]; asOf: Date } {
  const live: StaleHour[] = []
  let [left, asOf] = [maxLeads, markedAt]
  for (const hour of [...stale].sort((a, b) => b.hour.getTime() - a.hour.getTime())) {
    if (hour.rolledUp === undefined) continue
    left -= hour.rolledUp.leads
    if (left >= 0) live.push(hour)
    else if (hour.rolledUp.computedAt < asOf) asOf = hour.rolledUp.computedAt
  }
  return { live, asOf }
}

/** Joins ranges that touch each other. */
export function mergeRanges(ranges: readonly Range[]): Range[] {
  const merged: Range[] = []
  for (const range of [...ranges].sort((a, b) => a.from.getTime() - b.from.getTime())) {
    const last = merged.at(-1)
    if (last !== undefined && last.to >= range.from) merged.splice(-1, 1, { from: last.from, to: range.to })
    else merged.push(range)
  }
  return merged
}

function rangeOf({ hour }: StaleHour): Range {
  return { from: hour, to: new Date(hour.getTime() + HOUR_MS) }
}

/** The hours of a period that changed since they were rolled up, as far as the leader has marked them. */
async function readProgress(sql: Sql, { from, to }: Range) {
  const rows = await withQueryTimeout(sql<ProgressRow[]>`
    select snapshot is not null as is_marked, case when snapshot is null then now() else marked_at end as marked_at,
           stale.hour, leads, computed_at
    from stats_progress
    left join (
      select distinct hour from stats_stale_hours where hour >= ${from} and hour < ${to}
    ) as stale on snapshot is not null
    left join stats_rolled_hours rolled_up on rolled_up.hour = stale.hour`)
  const [first] = rows
  if (first === undefined) throw new Error('stats_progress has no row')
  return { isMarked: first.is_marked, markedAt: first.marked_at, stale: rows.flatMap(toStaleHour) }
}

interface ProgressRow {
  is_marked: boolean
  marked_at: Date
  hour: Date | null
  leads: number | null
  computed_at: Date | null
}

function toStaleHour({ hour, leads, computed_at: computedAt }: ProgressRow): StaleHour[] {
  if (hour === null) return []
  return [{ hour, rolledUp: leads === null || computedAt === null ? undefined : { leads, computedAt } }]
}

async function countAtMost(sql: Sql, ranges: readonly Range[], max: number): Promise<number> {
  const [row] = await withQueryTimeout(sql<{ leads: number }[]>`
    select count(*)::int as leads from (
      select from ${rangesSql(sql, ranges)} as ranges (starts_at, ends_at)
      join insights on received_at >= starts_at and received_at < ends_at
      limit ${max}
    ) as found`)
  return row?.leads ?? 0
}

/** A table with the starts and the ends of ranges. */
export function rangesSql(sql: Sql, ranges: readonly Range[]) {
  const times = (edges: Date[]) => sql`${edges.map((edge) => edge.toISOString())}::text[]::timestamptz[]`
  return sql`unnest(${times(ranges.map(({ from }) => from))}, ${times(ranges.map(({ to }) => to))})`
}
