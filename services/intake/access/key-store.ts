import type { AuditEvent } from '../../../lib/auth/audit-event.ts'
import { recordAuditEvent } from '../../../lib/auth/audit-event.ts'
import type { Sql } from '../../../lib/postgres/connect.ts'
import { withQueryTimeout } from '../../../lib/postgres/query-timeout.ts'
import type { ApiKey } from './api-key.ts'

/** What identifies a new key, and when it expires. */
interface NewKeyIdentity {
  readonly id: string
  /** SHA-256 of its text. */
  readonly hash: Buffer
  readonly hint: string
  readonly createdBy: string
  readonly expiresAt: Date | undefined
}

interface NewKey extends NewKeyIdentity, Pick<ApiKey, 'kind' | 'name' | 'clientId' | 'scopes' | 'origins'> {}

/** A position in the list of keys. */
type KeyPosition = Pick<ApiKey, 'createdAt' | 'id'>

/**
 * Every change is one statement, which also stores its audit event. Every method throws AppError `unavailable` when
 * PostgreSQL is unreachable; a change may then have happened.
 */
export interface KeyStore {
  /** @returns undefined, and stores nothing, if `expiresAt` is not in the future */
  create(key: NewKey, event: AuditEvent): Promise<ApiKey | undefined>
  find(id: string): Promise<ApiKey | undefined>
  /** Lists keys after a position, newest first. */
  list(after: KeyPosition | undefined, limit: number): Promise<ApiKey[]>
  /** Revokes a key unless it is revoked, in which case no event is stored. @returns undefined if it does not exist */
  revoke(id: string, event: AuditEvent): Promise<ApiKey | undefined>
  /**
   * Creates a key like the one with this id, which then expires after `overlapSeconds` if not before.
   * @returns undefined, and stores nothing, if that key is not active or `expiresAt` is not in the future
   */
  rotate(
    id: string,
    successor: NewKeyIdentity & { readonly overlapSeconds: number },
    event: AuditEvent,
  ): Promise<{ key: ApiKey; oldKey: ApiKey } | undefined>
}

const NO_KEY = '00000000-0000-0000-0000-000000000000'

/** @param service recorded as the origin of the audit events */
export function createKeyStore(sql: Sql, service: string): KeyStore {
  const record = (event: AuditEvent) => recordAuditEvent(sql, service, event)
  return {
    create: async ({ id, hash, hint, kind, name, clientId, scopes, origins, createdBy, expiresAt }, event) => {
      const [row] = await withQueryTimeout(sql<KeyRecord[]>`
        with created as (
          insert into api_keys (id, hash, hint, kind, name, client_id, scopes, origins, created_by, expires_at)
          select ${id}::uuid, ${hash}::bytea, ${hint}, ${kind}, ${name}, ${clientId}, ${[...scopes]}::text[],
                 ${[...origins]}::text[], ${createdBy}, ${expiresAt ?? null}::timestamptz
          where ${isFuture(sql, expiresAt)}
          returning *
        )
        select ${columns(sql)}, ${record(event)} as recorded from created k`)
      return row && toKey(row)
    },
    find: async (id) => {
      const [row] = await withQueryTimeout(sql<KeyRecord[]>`
        select ${columns(sql)} from api_keys k where k.id = ${id}`)
      return row && toKey(row)
    },
    // a backward scan of the index (created_at, id)
    list: async (after, limit) =>
      withQueryTimeout(sql<ApiKey[]>`
        select ${columns(sql)} from api_keys k
        where (k.created_at, k.id)
          < (coalesce(${after?.createdAt ?? null}::timestamptz, 'infinity'), ${after?.id ?? NO_KEY}::uuid)
        order by k.created_at desc, k.id desc
        limit ${limit}`),
    revoke: async (id, event) => {
      const [row] = await withQueryTimeout(sql<KeyRecord[]>`
        with found as materialized (${locked(sql, id)}),
        revoked as (
          update api_keys k set revoked_at = now() from found
          where k.id = found.id and found.revoked_at is null
          returning k.*
        )
        select ${columns(sql)}, ${record(event)} as recorded from revoked k
        union all
        select ${columns(sql)}, null from found k where k.revoked_at is not null`)
      return row && toKey(row)
    },
    rotate: async (id, successor, event) => {
      const { overlapSeconds, hash, hint, createdBy, expiresAt } = successor
      const rows = await withQueryTimeout(sql<KeyRecord[]>`
        with found as materialized (${locked(sql, id)}),
        created as (
          insert into api_keys (id, hash, hint, kind, name, client_id, scopes, origins, created_by, expires_at)
          select ${successor.id}::uuid, ${hash}::bytea, ${hint}, kind, name, client_id, scopes, origins, ${createdBy},
                 ${expiresAt ?? null}::timestamptz
          from found
          where revoked_at is null and coalesce(expires_at > now(), true) and ${isFuture(sql, expiresAt)}
          returning *
        ),
        expiring as (
          update api_keys k
          -- truncated, since rounding could end in the future; least() ignores null
          set expires_at = least(
            k.expires_at, date_trunc('milliseconds', now()) + make_interval(secs => ${overlapSeconds}::int)
          )
          from created where k.id = ${id}::uuid
          returning k.*
        )
        select ${columns(sql)}, ${record(event)} as recorded from created k
        union all
        select ${columns(sql)}, null from expiring k`)
      const [key, oldKey] = rows.map(toKey)
      return key && oldKey && { key, oldKey }
    },
  }
}

/** `for update` returns the latest version of the row, even if another transaction has just changed it. */
function locked(sql: Sql, id: string) {
  return sql`select * from api_keys where id = ${id}::uuid for update`
}

function isFuture(sql: Sql, time: Date | undefined) {
  return sql`coalesce(${time ?? null}::timestamptz > now(), true)`
}

type KeyRecord = ApiKey & { readonly recorded?: unknown }

function toKey({ recorded: _recorded, ...key }: KeyRecord): ApiKey {
  return key
}

function columns(sql: Sql) {
  return sql`k.id, k.hint, k.kind, k.name, k.client_id as "clientId", to_jsonb(k.scopes) as scopes,
             to_jsonb(k.origins) as origins,
             case when k.revoked_at is not null then 'revoked'
                  when k.expires_at <= now() then 'expired'
                  else 'active' end as state,
             k.created_at as "createdAt", k.created_by as "createdBy", k.expires_at as "expiresAt",
             k.revoked_at as "revokedAt", k.last_used_at as "lastUsedAt"`
}
