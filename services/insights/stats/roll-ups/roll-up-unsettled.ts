import type { Sql } from '../../../../lib/postgres/connect.ts'
import { countUnsettled, hasManyUnsettled } from '../count-leads.ts'
import { packHours } from '../pack-counts.ts'
import { runExclusively } from './run-exclusively.ts'

const EVER = { from: new Date('1970-01-01T00:00:00Z'), to: new Date('9999-01-01T00:00:00Z') }

/**
 * Counts the leads without an insight, if there are too many for each call to count them itself.
 *
 * @param sql a pool of one connection, which nothing else uses meanwhile
 * @param maxLeads how many are not too many, see {@link hasManyUnsettled}
 */
export async function rollUpUnsettled(sql: Sql, maxLeads: number): Promise<void> {
  if (!(await hasManyUnsettled(sql, EVER, maxLeads))) return
  await runExclusively(sql, async (transaction) => {
    const packed = packHours(await countUnsettled(transaction, EVER))
    await transaction`delete from stats_unsettled`
    for (const { hour, names, counts } of packed) {
      await transaction`
        insert into stats_unsettled (hour, names, counts) values (${hour}, ${transaction.json(names)}, ${counts})`
    }
    await transaction`update stats_progress set unsettled_at = now()`
  })
}
