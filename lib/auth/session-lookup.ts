import type { Sql } from '../postgres/connect.ts'
import { withQueryTimeout } from '../postgres/query-timeout.ts'
import type { Scope } from './scopes.ts'

/** A live session. */
export interface StoredSession {
  readonly id: string
  readonly clientId: string
  readonly actor: string
  readonly scopes: readonly Scope[]
  /** Time until it expires unless it is used, by the database's clock. */
  readonly expiresInMs: number
}

interface SessionRecord {
  hash: string
  id: string
  client_id: string
  actor: string
  scopes: Scope[]
  expires_in_ms: number
}

/**
 * Looks up sessions by the hashes of their ids, in hex. Returns undefined for one that does not exist or has ended, in
 * the order of the hashes.
 * @throws AppError `unavailable`
 */
export async function lookUpSessions(sql: Sql, hashes: readonly string[]): Promise<(StoredSession | undefined)[]> {
  const records = await withQueryTimeout(sql<SessionRecord[]>`
    select encode(hash, 'hex') as hash, id, client_id, actor, to_jsonb(scopes) as scopes,
           extract(epoch from expires_at - now())::float8 * 1000 as expires_in_ms
    from session_credentials
    where hash in (select decode(h, 'hex') from unnest(${[...hashes]}::text[]) h)`)
  const found = new Map(records.map((record) => [record.hash, toStoredSession(record)]))
  return hashes.map((hash) => found.get(hash))
}

function toStoredSession({ id, client_id, actor, scopes, expires_in_ms }: SessionRecord): StoredSession {
  return { id, clientId: client_id, actor, scopes, expiresInMs: expires_in_ms }
}
