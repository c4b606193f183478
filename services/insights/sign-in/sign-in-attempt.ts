import { randomBytes } from 'node:crypto'
import type { SignInAttempt } from './openid-provider.ts'
import type { Sealer } from './sealer.ts'

/*
 * The cookie of a sign-in that has begun: what must come back from the provider, encrypted, so that the server keeps
 * nothing for people who never return. It ties the response to the browser that began (login CSRF). Browsers send it with
 * the provider's redirect, since that is a top-level navigation (SameSite=Lax).
 */

const NAME = '__Host-leadtriage-sign-in'
const VALUE = /(?:^|; ?)__Host-leadtriage-sign-in=([\w-]{1,3000})(?=;|$)/
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax'
const MAX_AGE_SECONDS = 600

/** An attempt, and the path to return to after it. */
export interface PendingSignIn extends SignInAttempt {
  readonly returnTo: string
}

export const NO_SIGN_IN_COOKIE = `${NAME}=; Max-Age=0; ${ATTRIBUTES}`

export function newSignIn(returnTo: string): PendingSignIn {
  const random = () => randomBytes(32).toString('base64url')
  return { state: random(), nonce: random(), codeVerifier: random(), returnTo }
}

/** The value of `Set-Cookie`. */
export function signInCookie(sealer: Sealer, pending: PendingSignIn): string {
  const text = JSON.stringify({ ...pending, until: Date.now() + MAX_AGE_SECONDS * 1000 })
  return `${NAME}=${sealer.seal(text, NAME).toString('base64url')}; Max-Age=${MAX_AGE_SECONDS}; ${ATTRIBUTES}`
}

/** The sign-in that the browser began in the last ten minutes. */
export function pendingSignInOf(sealer: Sealer, cookies: string | undefined): PendingSignIn | undefined {
  const value = VALUE.exec(cookies ?? '')?.[1]
  const text = value === undefined ? undefined : sealer.open(Buffer.from(value, 'base64url'), NAME)
  if (text === undefined) return undefined
  const pending = JSON.parse(text) as PendingSignIn & { until: number } // sealed by signInCookie
  return pending.until > Date.now() ? pending : undefined
}
