import { createBatcher } from '../../../lib/batcher/batcher.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'

/** Nothing can be stored for the lead any more. */
export class LeadErasedError extends Error {
  constructor(leadId: string) {
    super(`lead ${leadId} was erased`)
    this.name = 'LeadErasedError'
  }
}

/**
 * Returns whether a lead was erased, by a query that is shared with concurrent calls.
 * @throws AppError `unavailable`, `overloaded`
 */
export type ErasedLookUp = (leadId: string) => Promise<boolean>

export function createErasedLookUp(sql: Sql): ErasedLookUp {
  const { submit } = createBatcher({
    maxBatchSize: 500,
    maxInFlight: 1,
    maxQueued: 10_000,
    flush: async (leadIds: readonly string[]) => {
      const rows = await withQueryTimeout(sql<{ lead_id: string }[]>`
        select lead_id from erased_lead_ids where lead_id = any(${[...leadIds]}::uuid[])`)
      const erased = new Set(rows.map((row) => row.lead_id))
      return leadIds.map((id) => erased.has(id))
    },
  })
  return submit
}
