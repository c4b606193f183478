import type { Delivery } from '../../lib/mailbox/delivery.ts'
import { TerminalError } from '../../lib/mailbox/failure.ts'
import { answered } from '../../lib/postgres/answered.ts'
import type { Sql } from '../../lib/postgres/connect.ts'
import { parseLeadReceived } from './lead-received.ts'

/** Counts how often a worker has begun with a lead that may kill it. */
export interface SuspectStore {
  /**
   * Notes down that a worker is about to begin; resolves to how often it was, this time included.
   * @throws AppError `unavailable` when the database cannot be reached
   */
  begin(delivery: Delivery): Promise<number>
}

export function createSuspectStore(sql: Sql): SuspectStore {
  return {
    begin: async (delivery) => {
      const lead = leadOf(delivery)
      if (lead === undefined) return 1 // it is given up as soon as it is read
      const [row] = await answered(sql<{ begun: number }[]>`
        insert into suspects as stored (lead_id, generation, begun) values (${lead.leadId}, ${lead.generation}, 1)
        on conflict (lead_id) do update set
          begun = case when stored.generation = excluded.generation then stored.begun + 1 else 1 end,
          generation = excluded.generation
        returning begun`)
      return row?.begun ?? 1
    },
  }
}

function leadOf(delivery: Delivery) {
  try {
    return parseLeadReceived(delivery)
  } catch (error) {
    if (error instanceof TerminalError) return undefined
    throw error
  }
}

/** Forgets leads that triage has settled, as a part of the statement that does so. */
export function forgetSuspects(sql: Sql, leadIds: readonly string[]) {
  return sql`delete from suspects where lead_id = any(${[...leadIds]}::uuid[])`
}
