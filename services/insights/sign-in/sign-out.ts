import type { VerifyLogoutToken } from '../../../lib/auth/logout-token.ts'
import { assertSameOrigin } from '../../../lib/auth/same-origin.ts'
import { hashOfSessionId, sessionIdOf } from '../../../lib/auth/session-cookie.ts'
import type { OpenIdProvider } from './openid-provider.ts'
import { openTokens } from './provider-tokens.ts'
import type { Sealer } from './sealer.ts'
import type { SessionStore } from './session-store.ts'
import type { SignInCall } from './start-session.ts'

/** The provider, the key of its tokens, and how its logout tokens are verified; undefined when people sign in with API keys. */
export interface OpenId {
  readonly provider: OpenIdProvider
  readonly sealer: Sealer
  readonly verifyLogout: VerifyLogoutToken
}

/**
 * Ends the session of a browser. Does nothing without one.
 *
 * @returns where the person can sign out of the provider as well; undefined if there is nothing to sign out of, or the
 *   provider cannot be reached
 * @throws AppError `permission_denied` for a page of another origin, which could sign people out; `unavailable`
 */
export async function signOut(
  { store, openId }: { readonly store: SessionStore; readonly openId: OpenId | undefined },
  call: SignInCall,
): Promise<URL | undefined> {
  assertSameOrigin(call)
  const cookie = sessionIdOf(call)
  const session = cookie === undefined ? undefined : await store.find(hashOfSessionId(cookie))
  if (session === undefined) return undefined
  await store.end(session, 'signed_out', { address: call.address, requestId: call.requestId })
  if (openId === undefined || session.subject === null) return undefined
  return openId.provider.endSessionUrl(openTokens(openId.sealer, session)).catch(() => undefined)
}
