import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { hashOfKey, hintOfKey, kindOfKey } from '../lib/auth/api-key.ts'
import { AuditAction, recordAuditEvent } from '../lib/auth/audit-event.ts'
import { ALL_SCOPES, Scope } from '../lib/auth/scopes.ts'
import { secretSetting } from '../lib/config/secret-settings.ts'
import { connectOnce } from '../lib/postgres/connect.ts'

/** The setting of `npm run migrate` with the text of the first key. */
export const bootstrapSettings = {
  BOOTSTRAP_API_KEY: secretSetting(
    z
      .string()
      .refine((text) => kindOfKey(text) === 'secret', {
        error: 'must be a complete secret key such as deploy/new-env.sh generates: lt_sk_<48 digits>_<8 digits>',
      })
      .optional(),
  ),
} as const

/** Advisory lock that serializes calls. The number is arbitrary but must not change. */
const LOCK_ID = 5_303_180_949
const CLIENT_ID = 'admin'
const NAME = 'Bootstrap key'

interface BootstrapKey {
  /** The text of a secret key. */
  readonly text: string
  /** Who stores it, as service and actor of the audit event. */
  readonly by: 'cli' | 'migrate'
  /**
   * Does not store it if a key exists: any, also one that is revoked; or one that can manage keys now. With `never` it is
   * stored in any case.
   */
  readonly unless: 'any' | 'keys-admin' | 'never'
}

/**
 * Stores a secret key with all scopes, for the client `admin`, and its audit event.
 *
 * @param databaseUrl must name a migrated database and a user that may write API keys
 * @returns false if it was not stored because a key exists
 */
export async function storeBootstrapKey(databaseUrl: string, { text, by, unless }: BootstrapKey): Promise<boolean> {
  const sql = connectOnce(databaseUrl)
  try {
    // concurrent calls would not see each other's key; the server releases the lock if this process dies
    await sql`select pg_advisory_lock(${LOCK_ID})`
    const id = randomUUID()
    const details = { kind: 'secret', client_id: CLIENT_ID, scopes: ALL_SCOPES, origins: [], expires_at: null }
    const source = { actor: by, address: null, requestId: null }
    const event = { source, action: AuditAction.KeysCreate, target: `key:${id}`, details }
    const stored = await sql`
      with created as (
        insert into api_keys (id, hash, hint, kind, name, client_id, scopes, created_by)
        select ${id}::uuid, ${hashOfKey(text)}::bytea, ${hintOfKey(text)}, 'secret', ${NAME}, ${CLIENT_ID},
               ${[...ALL_SCOPES]}::text[], ${by}
        where not exists (
          select from api_keys
          where case ${unless}::text
            when 'any' then true
            when 'keys-admin' then ${Scope.KeysAdmin} = any(scopes) and revoked_at is null
                                   and coalesce(expires_at > now(), true)
            else false
          end
        )
        returning id
      )
      select ${recordAuditEvent(sql, by, event)} from created`
    return stored.length > 0
  } finally {
    await sql.end()
  }
}
