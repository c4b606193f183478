import { idWithoutPersonalData } from '../../../lib/auth/claims.ts'
import { ROLE_SCOPES } from '../../../lib/auth/scopes.ts'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import type { OpenIdProvider } from './openid-provider.ts'
import { sealTokens } from './provider-tokens.ts'
import type { Sealer } from './sealer.ts'
import type { SessionStore } from './session-store.ts'
import { newSignIn, pendingSignInOf, signInCookie } from './sign-in-attempt.ts'
import { type SignInCall, startSession } from './start-session.ts'

interface Parts {
  readonly provider: OpenIdProvider
  readonly sealer: Sealer
  readonly store: SessionStore
}

/**
 * Begins the authorization code flow with PKCE.
 *
 * @param returnTo where the browser goes afterwards; anything but a path of this origin means `/`
 * @returns where to send the browser, and the cookie that it must bring back
 * @throws AppError `unavailable`
 */
export async function beginSignIn(
  { provider, sealer }: Omit<Parts, 'store'>,
  returnTo: string | undefined,
): Promise<{ readonly url: URL; readonly cookie: string }> {
  const pending = newSignIn(ownPath(returnTo))
  return { url: await provider.authorizationUrl(pending), cookie: signInCookie(sealer, pending) }
}

/**
 * Ends the flow: verifies what the provider sent and starts a session with the scopes of the person's role.
 *
 * @param query of the callback, as the provider sent it
 * @returns the session id for the cookie, and the path to go to
 * @throws AppError `unauthenticated` if the flow did not succeed; `permission_denied` for a person without a role;
 *   `unavailable`
 */
export async function finishSignIn(
  { provider, sealer, store }: Parts,
  query: string,
  call: SignInCall,
): Promise<{ readonly cookie: string; readonly returnTo: string }> {
  const pending = pendingSignInOf(sealer, call.header('cookie'))
  if (pending === undefined) {
    throw new AppError(
      ErrorCode.Unauthenticated,
      'This sign-in was not begun in this browser in the last ten minutes. Try again.',
    )
  }
  const { person, providerSession, tokens } = await provider.finish(query, pending)
  const actor = `user:${idWithoutPersonalData(person.subject)}`
  if (person.role === undefined) {
    await store.recordRefusal(actor, 'no_role', { address: call.address, requestId: call.requestId })
    throw new AppError(
      ErrorCode.PermissionDenied,
      'You have no role here. Ask an administrator of the identity provider for the role viewer, agent or admin.',
    )
  }
  const session = {
    clientId: actor,
    actor,
    name: person.name,
    role: person.role,
    scopes: ROLE_SCOPES[person.role],
    keyId: null,
    subject: person.subject,
    providerSession,
    sealTokens: (sessionId: string) => sealTokens(sealer, tokens, sessionId),
  }
  return { cookie: await startSession(store, session, call), returnTo: pending.returnTo }
}

const ANY_ORIGIN = 'https://any.invalid'

/** A link to sign-in must not lead to another site afterwards (open redirect). */
function ownPath(path: string | undefined): string {
  if (path === undefined || path.length > 1_000 || !path.startsWith('/')) return '/'
  // as a browser reads it: `//evil.example.net` and `/\evil.example.net` are other origins, `/.//evil` becomes `//evil`
  const url = URL.parse(path, ANY_ORIGIN)
  if (url === null || url.origin !== ANY_ORIGIN || url.pathname.startsWith('//')) return '/'
  return `${url.pathname}${url.search}${url.hash}`
}
