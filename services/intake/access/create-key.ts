import { v7 as uuidv7 } from 'uuid'
import { timeSchema } from '../../../contract/time.ts'
import { generateKey, hashOfKey, hintOfKey } from '../../../lib/auth/api-key.ts'
import type { AuditSource } from '../../../lib/auth/audit-event.ts'
import { AuditAction } from '../../../lib/auth/audit-event.ts'
import { Scope } from '../../../lib/auth/scopes.ts'
import { invalidRequest, parseRequest } from '../../../lib/errors/parse.ts'
import { bodyObject } from '../../../lib/errors/request-schema.ts'
import type { CreatedKey } from './api-key.ts'
import { checkKind, newKeyFields } from './api-key.ts'
import type { KeyStore } from './key-store.ts'

const requestSchema = bodyObject({ ...newKeyFields, expires_at: timeSchema.optional() }).superRefine(
  (request, context) =>
    checkKind(request, (path, message) => context.addIssue({ code: 'custom', path: [path], message })),
)

/**
 * Creates an API key.
 *
 * @param input kind, name, client_id, scopes, origins and expires_at, not validated yet
 * @returns the key with its text, which cannot be read again
 * @throws AppError `invalid_request`; `unavailable`, after which the key may exist
 */
export async function createKey(keys: KeyStore, source: AuditSource, input: unknown): Promise<CreatedKey> {
  const request = parseRequest(requestSchema, input)
  const { kind, name, client_id: clientId, origins, expires_at: expiresAt } = request
  const scopes = kind === 'publishable' ? [Scope.LeadsWrite] : request.scopes
  const text = generateKey(kind)
  const id = uuidv7()
  const key = await keys.create(
    { id, ...identify(text), kind, name, clientId, scopes, origins, createdBy: source.actor, expiresAt },
    {
      source,
      action: AuditAction.KeysCreate,
      target: `key:${id}`,
      // without the name, which may be that of a person
      details: { kind, client_id: clientId, scopes, origins, expires_at: expiresAt ?? null },
    },
  )
  if (key === undefined) throw notInFuture()
  return { key, text }
}

/** What is stored of the text of a key. */
export function identify(text: string) {
  return { hash: hashOfKey(text), hint: hintOfKey(text) }
}

export function notInFuture() {
  return invalidRequest([{ path: 'expires_at', message: 'must be in the future' }])
}
