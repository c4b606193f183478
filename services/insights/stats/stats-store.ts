import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import type { Sql, SqlFragment } from '../../../lib/postgres/connect.ts'
import { createDeadline, type Deadline } from '../../../lib/postgres/query-timeout.ts'
import type { Reads } from '../../../lib/postgres/reads.ts'
import { createLargestGroups, createSum, type StatsCell } from './add-up.ts'
import { countInsights, countUnsettled, hasManyUnsettled, MAX_UNSETTLED } from './count-leads.ts'
import { type PackedHour, packHours } from './pack-counts.ts'
import { type HourPlan, MAX_LIVE_INSIGHTS, planHours, type Range, rangesSql } from './plan-hours.ts'
import { needsNames, periodOf, type StatsQuery } from './stats-query.ts'

/** Bytes of packed counts that are read at once. 30 days of 10 million leads a year take less. */
const MAX_CHUNK_BYTES = 8_000_000

const NO_NAMES = JSON.stringify({ clients: [], sources: [], languages: [] })

interface StatsCount {
  /** Only intervals and groups with leads. The leads of all but the largest groups have the label `*`. */
  readonly cells: readonly StatsCell[]
  /** Leads of sources that the roll-ups have no names of, which may match the filter and are not in the cells. */
  readonly unattributed: number
  /** Everything that was committed before this time is counted. */
  readonly asOf: Date
}

export interface StatsStore {
  /** The database's clock. */
  now(): Promise<Date>
  /** @throws AppError `unavailable`, also while hours of the period with many leads were never rolled up, or if it takes too long */
  count(query: StatsQuery): Promise<StatsCount>
}

interface StatsLimits {
  readonly maxLiveInsights: number
  readonly maxUnsettled: number
  /** No roll-ups are read later, as the caller of {@link Reads} got an error. */
  readonly timeoutMs: number
}
export const LIMITS: StatsLimits = { maxLiveInsights: MAX_LIVE_INSIGHTS, maxUnsettled: MAX_UNSETTLED, timeoutMs: 1_800 }

export function createStatsStore(reads: Reads, limits = LIMITS): StatsStore {
  const { maxLiveInsights, maxUnsettled, timeoutMs } = limits
  return {
    now: () =>
      reads.run(async (sql) => {
        const [row] = await sql<{ now: Date }[]>`select now()`
        if (row === undefined) throw new Error('no row')
        return row.now
      }),
    count: (query) =>
      reads.run(async (sql) => {
        const deadline = createDeadline(timeoutMs)
        const period = periodOf(query)
        const usesUnsettled = await hasManyUnsettled(sql, period, maxUnsettled)
        const plan = await planHours(sql, period, { maxLiveInsights, usesUnsettled })
        const live = plan.live.length === 0 ? [] : await countInsights(sql, plan.live)
        const counted = packHours([...live, ...(usesUnsettled ? [] : await countUnsettled(sql, period))])
        const rolledUp = usesUnsettled ? await readUnsettled(sql, period) : []
        return { ...(await addUp(sql, query, plan, { counted: [...counted, ...rolledUp], deadline })), asOf: plan.asOf }
      }),
  }
}

/** Adds up what was counted and the roll-ups of the other hours. */
async function addUp(
  sql: Sql,
  query: StatsQuery,
  plan: HourPlan,
  { counted, deadline }: { readonly counted: readonly PackedHour[]; readonly deadline: Deadline },
) {
  const chunks = await findChunks(sql, query, plan)
  const [first] = chunks
  const only = chunks.length === 1 && first !== undefined ? await readRollUps(sql, query, plan, first) : undefined
  const visitAll = async (visit: (hour: PackedHour) => void) => {
    for (const hour of counted) visit(hour)
    for (const chunk of chunks) {
      if (deadline.leftMs() === 0) throw tooMany()
      for (const hour of only ?? (await readRollUps(sql, query, plan, chunk))) visit(hour)
    }
  }
  const groups = createLargestGroups(query)
  if (query.breakdown !== undefined) await visitAll(groups.add)
  const sum = createSum(query, groups.labels())
  await visitAll(sum.add)
  return { cells: sum.cells, unattributed: sum.unattributed }
}

const columnOf = (sql: Sql, query: StatsQuery) => (needsNames(query) ? sql`counts` : sql`total`)

/** Whether an hour is in a range and not counted live. */
function isUsed(sql: Sql, { from, to }: Range, { live }: HourPlan): SqlFragment {
  return sql`
    hour >= ${from} and hour < ${to} and not exists (
      select from ${rangesSql(sql, live)} as ranges (starts_at, ends_at) where hour >= starts_at and hour < ends_at
    )`
}

/** The roll-ups that are not counted live, in order, in ranges that are small enough to be read at once. */
async function findChunks(sql: Sql, query: StatsQuery, plan: HourPlan): Promise<Range[]> {
  return await sql<Range[]>`
    select min(hour) as "from", max(hour) + interval '1 hour' as "to"
    from (
      select hour, sum(octet_length(${columnOf(sql, query)})) over (order by hour) / ${MAX_CHUNK_BYTES}::int as chunk
      from stats_by_hour where ${isUsed(sql, periodOf(query), plan)}
    ) as hours
    group by chunk order by chunk`
}

async function readRollUps(sql: Sql, query: StatsQuery, plan: HourPlan, chunk: Range): Promise<PackedHour[]> {
  return await sql<PackedHour[]>`
    select hour, ${needsNames(query) ? sql`names` : sql`${NO_NAMES}::json as names`}, ${columnOf(sql, query)} as counts
    from stats_by_hour where ${isUsed(sql, chunk, plan)}`
}

/** The leader's last count of leads without an insight. */
async function readUnsettled(sql: Sql, { from, to }: Range): Promise<PackedHour[]> {
  return await sql<PackedHour[]>`
    select hour, names, counts from stats_unsettled where hour >= ${from} and hour < ${to}`
}

function tooMany(): AppError {
  const message = 'The statistics of this period took too long; try again, or ask for a shorter one.'
  return new AppError(ErrorCode.Unavailable, message, { retryAfterSeconds: 5 })
}
