import type { Sql } from '../postgres/connect.ts'
import { withQueryTimeout } from '../postgres/query-timeout.ts'
import type { KeyKind } from './api-key.ts'
import type { Scope } from './scopes.ts'

/** What a stored key permits. */
export interface StoredKey {
  readonly id: string
  readonly kind: KeyKind
  readonly clientId: string
  readonly scopes: readonly Scope[]
  /** Where a publishable key may be used, for example `https://www.example.com`. */
  readonly origins: readonly string[]
  readonly revoked: boolean
  /** Time until it expires, by the database's clock; negative when it has expired, null when it never does. */
  readonly expiresInMs: number | null
}

interface KeyRecord {
  hash: string
  id: string
  kind: KeyKind
  client_id: string
  scopes: Scope[]
  origins: string[]
  revoked: boolean
  expires_in_ms: number | null
}

/**
 * Looks up keys by their hashes in hex. Returns undefined for an unknown one, in the order of the hashes.
 * @throws AppError `unavailable`
 */
export async function lookUpKeys(sql: Sql, hashes: readonly string[]): Promise<(StoredKey | undefined)[]> {
  const records = await withQueryTimeout(sql<KeyRecord[]>`
    select encode(hash, 'hex') as hash, id, kind, client_id, to_jsonb(scopes) as scopes, to_jsonb(origins) as origins,
           revoked_at is not null as revoked,
           extract(epoch from expires_at - now())::float8 * 1000 as expires_in_ms
    from api_key_credentials
    where hash in (select decode(h, 'hex') from unnest(${[...hashes]}::text[]) h)`)
  const found = new Map(records.map((record) => [record.hash, toStoredKey(record)]))
  return hashes.map((hash) => found.get(hash))
}

function toStoredKey({ id, kind, client_id, scopes, origins, revoked, expires_in_ms }: KeyRecord): StoredKey {
  return { id, kind, clientId: client_id, scopes, origins, revoked, expiresInMs: expires_in_ms }
}

/** Whether a key exists that can be used now. @throws AppError `unavailable`; PostgresError when the schema is older */
export async function hasUsableKey(sql: Sql): Promise<boolean> {
  const [row] = await withQueryTimeout(sql<{ exists: boolean }[]>`
    select exists (
      select from api_key_credentials where revoked_at is null and (expires_at is null or expires_at > now())
    ) as exists`)
  return row?.exists === true
}
