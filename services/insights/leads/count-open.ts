import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import { facetConditions, facetsOf } from './facets.ts'
import { allOf, filtersLead, insightConditions } from './filter-conditions.ts'
import type { Count } from './list-store.ts'
import { Order, SAME_RANK } from './order.ts'
import { following, startOf } from './positions.ts'
import { readOpen } from './read-open.ts'
import type { Scan } from './scan.ts'

/** Counts leads with an insight, up to the limit of the scan. */
export async function countOpen(scan: Scan): Promise<Count> {
  const { sql, filter, limit, limits, frequencies } = scan
  const facets = facetsOf(filter, SAME_RANK)
  // a search for frequent facets looks through all of them, however few are counted
  if (filtersLead(filter) || frequencies.insightsWith(facets) > limits.maxScan) {
    const { positions, through } = await readOpen({ ...scan, order: Order.Newest }, undefined)
    return { leads: positions.length, isMinimum: through !== undefined }
  }
  const start = startOf(Order.Newest, filter, SAME_RANK)
  const columns = { at: sql`i.received_at`, id: sql`i.lead_id` }
  const conditions = [...insightConditions(sql, filter), following(sql, Order.Newest, start, filter, columns).condition]
  const [row] = await withQueryTimeout(sql<{ leads: number }[]>`
    select count(*) as leads from (
      select from (select * from insights i where ${allOf(sql, facetConditions(sql, facets))} offset 0) i
      where ${allOf(sql, conditions)} limit ${limit}
    ) i`)
  return { leads: row?.leads ?? 0, isMinimum: false }
}
