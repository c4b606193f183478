import type { Sql } from '../../../../lib/postgres/connect.ts'
import { runTransaction } from '../../../../lib/postgres/transaction.ts'

/**
 * Runs a transaction that changes roll-ups or marks. Of two that overlap, of two processes, the later one fails: it
 * waits for the row that both update, and its snapshot does not have what the other one changed. So no roll-up is
 * overwritten by an older one, and no mark is removed or left out that the other one relies on.
 *
 * @param sql a pool of one connection, which nothing else uses meanwhile
 * @throws PostgresError with the SQLSTATE 40001 if it overlaps another
 */
export async function runExclusively(sql: Sql, work: (sql: Sql) => Promise<void>): Promise<void> {
  await runTransaction(sql, 'read write', async (transaction) => {
    await transaction`update stats_progress set marked_at = marked_at`
    await work(transaction)
  })
}
