import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import type { SearchIndex } from '../search/search-index.ts'
import { countOpen } from './count-open.ts'
import { type InsightFilter, needsInsight } from './insight-filter.ts'
import { type LeadInsight, LeadState } from './lead-insight.ts'
import { mergeSlices, Order, type Position, type Slice } from './order.ts'
import { readLeadInsights } from './read-lead-insights.ts'
import { readOpen } from './read-open.ts'
import { readWaiting } from './read-waiting.ts'
import { type Scan, STEP_LIMITS, type StepLimits } from './scan.ts'

interface ListPage {
  readonly rows: readonly LeadInsight[]
  /** Where the next page starts; undefined if nothing follows. */
  readonly next: Position | undefined
}

interface ListQuery {
  readonly filter: InsightFilter
  readonly order: Order
}

export interface Count {
  readonly leads: number
  /** Whether there may be more. */
  readonly isMinimum: boolean
}

/** Reads lists of leads. Every method throws AppError `unavailable` when PostgreSQL is unreachable. */
export interface ListStore {
  /** @param after undefined for the first page */
  readPage(query: ListQuery, after: Position | undefined, size: number): Promise<ListPage>
  /** Counts up to `max` leads. */
  count(query: ListQuery, max: number): Promise<Count>
}

/**
 * How long a page may be looked for. Only combinations of a common word and other filters that hardly ever occur
 * together take that long; such a page is returned short.
 */
const PAGE_BUDGET_MS = 150
const COUNT_BUDGET_MS = 500

export interface ListStoreOptions {
  readonly limits?: StepLimits
  readonly pageBudgetMs?: number
}

export function createListStore(
  sql: Sql,
  index: SearchIndex,
  { limits = STEP_LIMITS, pageBudgetMs = PAGE_BUDGET_MS }: ListStoreOptions = {},
): ListStore {
  return {
    readPage: async (query, after, size) => {
      const states = statesOf(query.filter)
      const scan = { sql, index, ...query, limits, limit: size + 1, deadline: performance.now() + pageBudgetMs }
      const slices = await readSlices(scan, states, after)
      const { positions, next } = mergeSlices(query.order, slices, size)
      const ids = positions.map(({ leadId }) => leadId)
      const rows = ids.length === 0 ? [] : await withQueryTimeout(readLeadInsights(sql, ids))
      return { rows: rows.filter(({ state }) => states.includes(state)), next }
    },
    count: async (query, max) => {
      const states = statesOf(query.filter)
      const scan = { sql, index, ...query, limits, limit: max + 1, deadline: performance.now() + COUNT_BUDGET_MS }
      const waiting = states.filter((state) => state !== LeadState.Open)
      const without = waiting.length === 0 ? [] : (await readWaiting(scan, waiting, undefined)).positions
      const open = states.includes(LeadState.Open) ? await countOpen(scan) : { leads: 0, isMinimum: false }
      const leads = without.length + open.leads
      return leads > max ? { leads: max, isMinimum: true } : { leads, isMinimum: open.isMinimum }
    },
  }
}

/** Reads the parts of the list that have the next leads. */
async function readSlices(scan: Scan, states: readonly LeadState[], after: Position | undefined): Promise<Slice[]> {
  const waiting = states.filter((state) => state !== LeadState.Open)
  const isOpenWanted = states.includes(LeadState.Open)
  if (waiting.length === 0) return isOpenWanted ? [await readOpen(scan, after)] : []
  if (isOpenWanted && scan.order === Order.Urgency) {
    const open = await readOpen(scan, after)
    if (open.through !== undefined) return [open] // leads without an insight come later
  }
  // A lead may be triaged meanwhile, so those that wait are read first: read last, it would be in neither.
  const slices = [await readWaiting(scan, waiting, after)]
  if (isOpenWanted) slices.push(await readOpen(scan, after))
  return slices
}

/** The states that leads can have that match. */
function statesOf(filter: InsightFilter): LeadState[] {
  const all = needsInsight(filter) ? [LeadState.Open] : Object.values(LeadState)
  return filter.states.length === 0 ? all : all.filter((state) => filter.states.includes(state))
}
