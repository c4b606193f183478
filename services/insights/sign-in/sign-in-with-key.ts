import { z } from 'zod'
import { kindOfKey } from '../../../lib/auth/api-key.ts'
import type { KeyVerifier } from '../../../lib/auth/key-verifier.ts'
import { assertSameOrigin } from '../../../lib/auth/same-origin.ts'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import { parseRequest } from '../../../lib/errors/parse.ts'
import type { SessionStore } from './session-store.ts'
import { type SignInCall, startSession } from './start-session.ts'

const requestSchema = z.strictObject({
  api_key: z.string({ error: 'must be an API key' }).max(200, { error: 'must be an API key' }),
})

/**
 * Starts a session with the scopes of an API key. The session ends with the key.
 *
 * @param request not validated yet
 * @returns the session id for the cookie
 * @throws AppError `invalid_request`; `unauthenticated` for an unknown key; `permission_denied` for a publishable key or
 *   a page of another origin, which could sign a person in as somebody else; `unavailable`
 */
export async function signInWithKey(
  { store, keys }: { readonly store: SessionStore; readonly keys: KeyVerifier },
  request: unknown,
  call: SignInCall,
): Promise<string> {
  assertSameOrigin(call)
  const { api_key: key } = parseRequest(requestSchema, request)
  if (kindOfKey(key) === 'publishable') {
    throw new AppError(ErrorCode.PermissionDenied, 'A publishable key is for web forms; sign in with a secret key.')
  }
  const { actor, clientId, scopes } = await keys.verify(key, call)
  return startSession(
    store,
    {
      clientId,
      actor,
      name: null,
      role: null,
      scopes: [...scopes],
      keyId: actor.slice('key:'.length),
      subject: null,
      providerSession: null,
    },
    call,
  )
}
