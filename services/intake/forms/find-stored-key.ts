import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'

/** Returns one of these idempotency keys under which the client has a lead. */
export type FindStoredKey = (clientId: string, keys: readonly string[]) => Promise<string | undefined>

/** Reads by the unique index on (client_id, idempotency_key). @throws AppError `unavailable` */
export function createFindStoredKey(sql: Sql): FindStoredKey {
  return async (clientId, keys) => {
    const [found] = await withQueryTimeout(sql<{ idempotency_key: string }[]>`
      select idempotency_key from leads
      where client_id = ${clientId} and idempotency_key = any(${[...keys]}::uuid[])
      order by created_at
      limit 1`)
    return found?.idempotency_key
  }
}
