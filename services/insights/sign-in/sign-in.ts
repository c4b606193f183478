import type { KeyVerifier } from '../../../lib/auth/key-verifier.ts'
import { hashOfSessionId, sessionIdOf } from '../../../lib/auth/session-cookie.ts'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import { endByProvider } from './provider-logout.ts'
import type { Session, SessionStore } from './session-store.ts'
import { signInWithKey } from './sign-in-with-key.ts'
import { beginSignIn, finishSignIn } from './sign-in-with-provider.ts'
import { type OpenId, signOut } from './sign-out.ts'
import type { SignInCall } from './start-session.ts'

/** How people sign in. `off`: they need not, because AUTH=off. */
export const SignInMethod = { Oidc: 'oidc', ApiKey: 'api_key', Off: 'off' } as const
export type SignInMethod = (typeof SignInMethod)[keyof typeof SignInMethod]

/** The use cases of sign-in. Each of them throws AppError `unavailable` if the database cannot be reached. */
export interface SignIn {
  readonly method: SignInMethod
  /** The live session of a browser. */
  find(call: SignInCall): Promise<Session | undefined>
  begin(returnTo: string | undefined): ReturnType<typeof beginSignIn>
  finish(query: string, call: SignInCall): ReturnType<typeof finishSignIn>
  withKey(request: unknown, call: SignInCall): Promise<string>
  signOut(call: SignInCall): Promise<URL | undefined>
  /** @param form the body of the provider's request */
  endByProvider(form: string, call: SignInCall): Promise<void>
}

interface SignInParts {
  readonly store: SessionStore
  /** Undefined when authentication is off. */
  readonly keys: KeyVerifier | undefined
  /** Undefined when no provider is configured. */
  readonly openId: OpenId | undefined
}

export function createSignIn({ store, keys, openId }: SignInParts): SignIn {
  const method: SignInMethod = keys === undefined ? 'off' : openId === undefined ? 'api_key' : 'oidc'
  const assertMethod = (expected: SignInMethod) => {
    if (method !== expected) throw new AppError(ErrorCode.RouteNotFound, HINTS[method])
  }
  return {
    method,
    find: async (call) => {
      const cookie = sessionIdOf(call)
      return cookie === undefined ? undefined : store.find(hashOfSessionId(cookie))
    },
    begin: async (returnTo) => {
      assertMethod('oidc')
      return beginSignIn(openId as OpenId, returnTo)
    },
    finish: async (query, call) => {
      assertMethod('oidc')
      return finishSignIn({ ...(openId as OpenId), store }, query, call)
    },
    withKey: async (request, call) => {
      assertMethod('api_key')
      return signInWithKey({ store, keys: keys as KeyVerifier }, request, call)
    },
    signOut: (call) => signOut({ store, openId }, call),
    endByProvider: async (form, call) => {
      assertMethod('oidc')
      await endByProvider({ store, verify: (openId as OpenId).verifyLogout }, form, call)
    },
  }
}

const HINTS: Readonly<Record<SignInMethod, string>> = {
  oidc: 'People sign in with the identity provider here: open /auth/sign-in.',
  api_key: 'People sign in with an API key here: POST /auth/sign-in with {"api_key": "lt_sk_…"}.',
  off: 'Authentication is off (AUTH=off), so there is no sign-in.',
}
