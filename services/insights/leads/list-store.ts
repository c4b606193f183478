import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import type { Reads } from '../../../lib/postgres/reads.ts'
import { countOpen } from './count-open.ts'
import type { FacetFrequencies } from './facet-frequencies.ts'
import { createLazyTextSearch } from './find-by-text.ts'
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

/**
 * Reads lists of leads. Every method reads one snapshot, and throws AppError `unavailable` when PostgreSQL is
 * unreachable, `overloaded` when too many lists are being read, and `cancelled` when its signal has aborted.
 */
export interface ListStore {
  /** @param after undefined for the first page */
  readPage(query: ListQuery, after: Position | undefined, size: number, signal?: AbortSignal): Promise<ListPage>
  /** Counts up to `max` leads. */
  count(query: ListQuery, max: number, signal?: AbortSignal): Promise<Count>
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
  reads: Reads,
  frequencies: FacetFrequencies,
  { limits = STEP_LIMITS, pageBudgetMs = PAGE_BUDGET_MS }: ListStoreOptions = {},
): ListStore {
  /** @param size how many matches are wanted; one more tells whether there are more */
  const scanOf = (
    sql: Sql,
    query: ListQuery,
    size: number,
    budgetMs: number,
    signal: AbortSignal | undefined,
  ): Scan => ({
    ...{ sql, frequencies, ...query, limits, limit: size + 1, deadline: performance.now() + budgetMs, signal },
  })
  return {
    readPage: (query, after, size, signal) =>
      reads.run(async (sql) => {
        const scan = scanOf(sql, query, size, pageBudgetMs, signal)
        const { positions, next } = mergeSlices(query.order, await readSlices(scan, after), size)
        const ids = positions.map(({ leadId }) => leadId)
        return { rows: ids.length === 0 ? [] : await withQueryTimeout(readLeadInsights(sql, ids)), next }
      }, signal),
    count: (query, max, signal) =>
      reads.run(async (sql) => {
        const scan = scanOf(sql, query, max, COUNT_BUDGET_MS, signal)
        const { isOpenWanted, waiting } = statesOf(query.filter)
        const without = waiting.length === 0 ? NOTHING : await readWaiting(scan, waiting, undefined)
        const open = isOpenWanted ? await countOpen(scan) : { leads: 0, isMinimum: false }
        const leads = without.positions.length + open.leads
        return {
          leads: Math.min(leads, max),
          isMinimum: leads > max || open.isMinimum || without.through !== undefined,
        }
      }, signal),
  }
}

const NOTHING: Slice = { positions: [], through: undefined }

/** Reads the parts of the list that have the next leads. */
async function readSlices(scan: Scan, after: Position | undefined): Promise<Slice[]> {
  const { isOpenWanted, waiting } = statesOf(scan.filter)
  const textSearch = createLazyTextSearch(scan)
  const open = isOpenWanted ? await readOpen(scan, after, textSearch) : undefined
  if (open === undefined) return [await readWaiting(scan, waiting, after)]
  if (waiting.length === 0) return [open]
  // by urgency, leads without an insight come after all others
  if (scan.order === Order.Urgency && open.through !== undefined) return [open]
  const end = scan.order === Order.Urgency ? undefined : (open.positions[scan.limit - 1] ?? open.through)
  return [open, await readWaiting(scan, waiting, after, end, textSearch)]
}

/** The states that leads can have that match: whether open, and which of those without an insight. */
function statesOf(filter: InsightFilter): { readonly isOpenWanted: boolean; readonly waiting: readonly LeadState[] } {
  const all = needsInsight(filter) ? [LeadState.Open] : Object.values(LeadState)
  const states = filter.states.length === 0 ? all : all.filter((state) => filter.states.includes(state))
  return {
    isOpenWanted: states.includes(LeadState.Open),
    waiting: states.filter((state) => state !== LeadState.Open),
  }
}
