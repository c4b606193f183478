import { z } from 'zod'
import { uuidSchema } from '../../../domain/uuid.ts'
import type { AuditSource } from '../../../lib/auth/audit-event.ts'
import { AuditAction } from '../../../lib/auth/audit-event.ts'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import { parseRequest } from '../../../lib/errors/parse.ts'
import type { ApiKey } from './api-key.ts'
import type { KeyStore } from './key-store.ts'

const requestSchema = z.object({ key_id: uuidSchema })

/**
 * Revokes a key for good. Revoking it again changes nothing, and is not an act for the audit log.
 *
 * @param keyId not validated yet
 * @throws AppError `invalid_request` when it is not a UUID; `key_not_found`; `unavailable`
 */
export async function revokeKey(keys: KeyStore, source: AuditSource, keyId: unknown): Promise<ApiKey> {
  const { key_id: id } = parseRequest(requestSchema, { key_id: keyId })
  const key = await keys.revoke(id, { source, action: AuditAction.KeysRevoke, target: `key:${id}`, details: {} })
  if (key === undefined) throw keyNotFound(id)
  return key
}

export function keyNotFound(id: string): AppError {
  return new AppError(ErrorCode.KeyNotFound, `Key ${id} does not exist.`)
}
