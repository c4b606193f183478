import { v7 as uuidv7 } from 'uuid'
import { z } from 'zod'
import { timeSchema } from '../../../contract/time.ts'
import { uuidSchema } from '../../../domain/uuid.ts'
import { generateKey } from '../../../lib/auth/api-key.ts'
import type { AuditSource } from '../../../lib/auth/audit-event.ts'
import { AuditAction } from '../../../lib/auth/audit-event.ts'
import { invalidRequest, parseRequest } from '../../../lib/errors/parse.ts'
import { requestObject } from '../../../lib/errors/request-schema.ts'
import type { ApiKey, CreatedKey } from './api-key.ts'
import { KeyState } from './api-key.ts'
import { identify, notInFuture } from './create-key.ts'
import type { KeyStore } from './key-store.ts'
import { keyNotFound } from './revoke-key.ts'

const DAY_SECONDS = 86_400
export const MAX_OVERLAP_SECONDS = 30 * DAY_SECONDS
const OVERLAP_ERROR = `must be a whole number from 0 to ${MAX_OVERLAP_SECONDS}`

const requestSchema = requestObject({
  key_id: uuidSchema,
  overlap_seconds: z
    .int({ error: OVERLAP_ERROR })
    .min(0, { error: OVERLAP_ERROR })
    .max(MAX_OVERLAP_SECONDS, { error: OVERLAP_ERROR })
    .default(DAY_SECONDS),
  expires_at: timeSchema.optional(),
})

export interface RotatedKey extends CreatedKey {
  /** The key that was replaced, with its expiry. */
  readonly oldKey: ApiKey
}

/**
 * Creates a key with the kind, name, client, scopes and origins of another one, which expires after an overlap.
 *
 * @param input key_id, overlap_seconds (one day by default) and expires_at of the new key, not validated yet
 * @returns the new key with its text, which cannot be read again, and the old one
 * @throws AppError `invalid_request`, also if the key is revoked or expired; `key_not_found`; `unavailable`, after which
 *   the new key may exist
 */
export async function rotateKey(keys: KeyStore, source: AuditSource, input: unknown): Promise<RotatedKey> {
  const request = parseRequest(requestSchema, input)
  const { key_id: oldId, overlap_seconds: overlapSeconds, expires_at: expiresAt } = request
  const { kind } = await findActive(keys, oldId)
  const text = generateKey(kind)
  const id = uuidv7()
  const rotated = await keys.rotate(
    oldId,
    { id, ...identify(text), createdBy: source.actor, expiresAt, overlapSeconds },
    {
      source,
      action: AuditAction.KeysRotate,
      target: `key:${oldId}`,
      details: { new_key: `key:${id}`, overlap_seconds: overlapSeconds, expires_at: expiresAt ?? null },
    },
  )
  if (rotated !== undefined) return { ...rotated, text }
  await findActive(keys, oldId) // another call may have revoked it meanwhile
  throw notInFuture()
}

async function findActive(keys: KeyStore, id: string): Promise<ApiKey> {
  const key = await keys.find(id)
  if (key === undefined) throw keyNotFound(id)
  if (key.state === KeyState.Active) return key
  throw invalidRequest([{ path: 'key_id', message: `must be of an active key; this one is ${key.state}` }])
}
