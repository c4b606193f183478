import type { SqlFragment } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import { allOf, leadConditions, waitingConditions } from './filter-conditions.ts'
import type { LazyTextSearch, MatchesAmong } from './find-by-text.ts'
import type { InsightFilter } from './insight-filter.ts'
import { LeadState } from './lead-insight.ts'
import { comparePositions, type Position, type Slice, waitingRank } from './order.ts'
import { following, startOf } from './positions.ts'
import { GROWTH, type Scan, type Step, takeSteps } from './scan.ts'

/**
 * Leads without an insight, in order: those that wait for triage, and those that triage failed on. Walks over the places
 * where such leads are (db/migrations/026), or over the leads of an email address, and checks each. So a page costs the
 * same however many leads wait. If the search for a text, among leads with an insight, has found few candidates up to the
 * same position, it checks those instead: the search index has all leads.
 *
 * @param after undefined for the first page
 * @param until where it may end; undefined to read until there are enough
 * @param textSearch what the search among leads with an insight found
 */
export async function readWaiting(
  scan: Scan,
  states: readonly LeadState[],
  after: Position | undefined,
  until?: Position,
  textSearch?: LazyTextSearch,
): Promise<Slice> {
  const { limits, limit } = scan
  const rank = waitingRank(scan.order)
  const start = after?.rank === rank ? after : startOf(scan.order, scan.filter, rank)
  let rows = Math.min(limits.firstRows * limit, limits.longestWalk)
  const candidates = await textSearch?.candidatesBetween(start, until)
  const areFew = candidates !== undefined && candidates <= limits.maxWaitingCandidates
  const slice = await takeSteps(scan, start, async (from, wanted) => {
    const found = areFew ? await textSearch?.step(from, wanted, waitingAmong(states), true) : undefined
    if (
      found?.through !== undefined &&
      until !== undefined &&
      comparePositions(scan.order, found.through, until) >= 0
    ) {
      return { ...found, through: undefined }
    }
    if (found !== undefined) return found
    const step = await walkWaiting(scan, states, { from, until, rows })
    rows = Math.min(rows * GROWTH, limits.longestWalk)
    return step
  })
  return { ...slice, through: slice.through ?? until }
}

interface Walk {
  readonly from: Position
  readonly until: Position | undefined
  readonly rows: number
}

interface WalkedRow {
  lead_id: string
  received_at: Date
  matches: boolean
  is_last: boolean
}

async function walkWaiting(scan: Scan, states: readonly LeadState[], walk: Walk): Promise<Step> {
  const { sql, filter } = scan
  const conditions = [
    sql`l.lead_id = w.lead_id`,
    ...waitingConditions(sql, filter),
    ...leadConditions(sql, filter),
    ...isInStates(scan, states, sql`w.lead_id`),
  ]
  const walked = await withQueryTimeout(sql<WalkedRow[]>`
    with walked as materialized (
      select lead_id, received_at, place,
             not exists (select from insights i where i.lead_id = w.lead_id)
               and exists (select from lead_details l where ${allOf(sql, conditions)}) as matches
      from (select *, row_number() over () as place from (${candidates(scan, states, walk)}) c) w
    )
    select lead_id, received_at, matches, place = ${walk.rows} as is_last from walked
    where matches or place = ${walk.rows}
    order by place`)
  const { rank } = walk.from
  const positionOf = (row: WalkedRow) => ({ rank, receivedAt: row.received_at, leadId: row.lead_id })
  const last = walked.at(-1)
  return {
    matches: walked.filter(({ matches }) => matches).map(positionOf),
    through: last?.is_last ? positionOf(last) : undefined,
  }
}

function waitingAmong(states: readonly LeadState[]): MatchesAmong {
  return (scan, from, leadIds) => {
    const { sql, order, filter, limit } = scan
    const { condition, sort } = following(sql, order, from, filter, { at: sql`l.created_at`, id: sql`l.lead_id` })
    const conditions = [
      sql`not exists (select from insights i where i.lead_id = l.lead_id)`,
      ...waitingConditions(sql, filter),
      ...leadConditions(sql, filter),
      ...isInStates(scan, states, sql`l.lead_id`),
      condition,
    ]
    return sql`
      select l.lead_id, l.created_at as received_at from (${leadIds}) found join lead_details l on l.lead_id = found.id
      where ${allOf(sql, conditions)} order by ${sort} limit ${limit}`
  }
}

/** The next leads, sorted, that may have no insight, and at least all that have none. */
function candidates({ sql, order, filter }: Scan, states: readonly LeadState[], { from, until, rows }: Walk) {
  const ordered = (source: SqlFragment, range: InsightFilter, end: Position | undefined) => {
    const columns = { at: sql`received_at`, id: sql`lead_id` }
    const { condition, sort } = following(sql, order, from, range, columns, end)
    return sql`(select received_at, lead_id from ${source} where ${condition} order by ${sort} limit ${rows})`
  }
  if (filter.email !== undefined) {
    const condition = allOf(sql, leadConditions(sql, { ...filter, text: undefined }))
    return ordered(
      sql`(select lead_id, created_at as received_at from lead_details l where ${condition}) l`,
      filter,
      until,
    )
  }
  const sources = [
    ...(states.includes(LeadState.Pending) ? [sql`recent_leads`, sql`recorded_leads`, sql`parked_leads`] : []),
    ...(states.includes(LeadState.DeadLettered) ? [sql`failed_leads`] : []),
  ]
  // Where a source ends is not a condition on it: of several such conditions the index stops at one only, so that a scan
  // back through recent_leads would read on through leads that are not recent.
  const endless = { ...filter, createdAfter: undefined, createdBefore: undefined }
  const all = sources
    .map((source) => ordered(source, endless, undefined))
    .reduce((union, source) => sql`${union} union ${source}`)
  return ordered(sql`(${all}) c`, filter, until)
}

/** The condition that a lead without an insight is in one of the states. */
function isInStates({ sql }: Scan, states: readonly LeadState[], leadId: SqlFragment): SqlFragment[] {
  const [isPending, isDeadLettered] = [states.includes(LeadState.Pending), states.includes(LeadState.DeadLettered)]
  if (isPending && isDeadLettered) return []
  return [sql`exists (select from failed_leads f where f.lead_id = ${leadId}) = ${isDeadLettered}::boolean`]
}
