import { insightColumns } from '../../../contract/insight-record.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import type { FacetFrequencies } from '../leads/facet-frequencies.ts'
import type { InsightFilter } from '../leads/insight-filter.ts'
import type { LeadInsight } from '../leads/lead-insight.ts'
import { Order, type Position } from '../leads/order.ts'
import type { LeadInsightRecord } from '../leads/read-lead-insights.ts'
import { leadColumns, toLeadInsight } from '../leads/read-lead-insights.ts'
import { readOpen } from '../leads/read-open.ts'
import { STEP_LIMITS } from '../leads/scan.ts'

/** An open lead, and the transaction that changed its insight last. */
interface OpenLead {
  readonly row: LeadInsight
  readonly changedIn: bigint
}

export interface OpenLeadParts {
  readonly sql: Sql
  readonly frequencies: FacetFrequencies
  /** Runs reads of watchers that have just started, a few at a time. */
  readonly inTurn: <T>(read: () => Promise<T>) => Promise<T>
}

/** A page of the list has at most 20 MB, as a page of changes. */
const PAGE_SIZE = 250
/** How long one page may be looked for before the next query begins. */
const PAGE_BUDGET_MS = 1_000

/**
 * Reads the open leads that match a filter, most urgent first, then oldest first, as the caller asks for them.
 *
 * @returns pages of any size
 * @throws AppError `unavailable`
 */
export async function* readOpenLeads(
  { sql, frequencies, inTurn }: OpenLeadParts,
  filter: InsightFilter,
): AsyncGenerator<OpenLead[], void, undefined> {
  const list = { sql, frequencies, filter, order: Order.Urgency, limits: STEP_LIMITS, limit: PAGE_SIZE }
  let after: Position | undefined
  do {
    const from = after
    const { through, rows } = await inTurn(async () => {
      const slice = await readOpen({ ...list, deadline: performance.now() + PAGE_BUDGET_MS }, from)
      const leadIds = slice.positions.map(({ leadId }) => leadId)
      return { through: slice.through, rows: await readRows(sql, leadIds) }
    })
    yield rows
    after = through
  } while (after !== undefined)
}

async function readRows(sql: Sql, leadIds: readonly string[]): Promise<OpenLead[]> {
  if (leadIds.length === 0) return []
  const rows = await withQueryTimeout(sql<(LeadInsightRecord & { changed_in: string })[]>`
    select requested_id, ${leadColumns(sql)}, null as failure, i.*
    from unnest(${[...leadIds]}::uuid[]) with ordinality as t (requested_id, place)
    join lead_details l on l.lead_id = requested_id
    join lateral (
      select ${insightColumns(sql)}, changed_in::text from insights where lead_id = requested_id
    ) i on true
    order by place`)
  return rows.map((row) => ({ row: toLeadInsight(row), changedIn: BigInt(row.changed_in) }))
}
