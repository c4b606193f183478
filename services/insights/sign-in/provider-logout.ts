import type { VerifyLogoutToken } from '../../../lib/auth/logout-token.ts'
import type { SessionStore } from './session-store.ts'
import type { SignInCall } from './start-session.ts'

/**
 * Ends the sessions that the provider names, because the person signed out of it or is disabled (OpenID Connect
 * Back-Channel Logout 1.0). Repeatable: a logout token may arrive twice.
 *
 * @param form the body of the request, `application/x-www-form-urlencoded`
 * @throws AppError `unauthenticated` if the token is not one of the provider; `unavailable`
 */
export async function endByProvider(
  { store, verify }: { readonly store: SessionStore; readonly verify: VerifyLogoutToken },
  form: string,
  call: Pick<SignInCall, 'address' | 'requestId'>,
): Promise<void> {
  const logout = await verify(new URLSearchParams(form).get('logout_token') ?? '')
  const source = { address: call.address, requestId: call.requestId }
  for (const session of await store.ofPerson(logout)) await store.end(session, 'provider_logout', source)
}
