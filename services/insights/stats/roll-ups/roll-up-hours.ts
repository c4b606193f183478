import type { Sql } from '../../../../lib/postgres/connect.ts'
import { countInsights } from '../count-leads.ts'
import { packHours } from '../pack-counts.ts'
import { rangesOf } from '../plan-hours.ts'
import { timesSql } from '../stats-query.ts'
import { runExclusively } from './run-exclusively.ts'

const NO_NAMES = { clients: [], sources: [], languages: [] }
const NOTHING = Buffer.alloc(0)

/**
 * Computes the roll-ups of some hours from the table of insights, and removes the marks of these hours that the same
 * snapshot has. A change that commits meanwhile is in neither: its hour is marked again.
 *
 * @param sql a pool of one connection, which nothing else uses meanwhile
 */
export async function rollUpHours(sql: Sql, hours: readonly Date[]): Promise<void> {
  await runExclusively(sql, async (transaction) => {
    const packed = packHours(await countInsights(transaction, rangesOf(hours)))
    const packedAt = new Map(packed.map((hour) => [hour.hour.getTime(), hour]))
    const all = timesSql(transaction, hours)
    await transaction`delete from stats_stale_hours where hour = any(${all})`
    for (const hour of hours) {
      const { names = NO_NAMES, counts = NOTHING, total = NOTHING } = packedAt.get(hour.getTime()) ?? {}
      await transaction`
        insert into stats_by_hour (hour, computed_at, names, counts, total)
        values (${hour}, now(), ${transaction.json(names)}, ${counts}, ${total})
        on conflict (hour) do update
        set computed_at = excluded.computed_at, names = excluded.names, counts = excluded.counts, total = excluded.total`
    }
  })
}
