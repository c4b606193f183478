import type { Sql } from './connect.ts'

/**
 * Runs a transaction with one snapshot: all of its statements see the same rows, and its own changes. The driver's `begin`
 * needs a pool that sends statements before the previous one has ended.
 *
 * @param sql a pool of one connection, which nothing else uses meanwhile
 * @param access whether `work` may change rows. If another transaction changed one of them after the snapshot, a change
 *   fails (SQLSTATE 40001)
 * @param work runs its statements one after the other. If it fails, the transaction is rolled back
 */
export async function runTransaction<T>(
  sql: Sql,
  access: 'read only' | 'read write',
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  await sql.unsafe(`begin isolation level repeatable read ${access}`)
  try {
    const result = await work(sql)
    await sql`commit`
    return result
  } catch (error) {
    await sql`rollback`.catch(() => undefined) // the connection may be lost, and the transaction with it
    throw error
  }
}
