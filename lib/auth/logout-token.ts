import type { Log } from '../log/log.ts'
import { createIssuerKeys } from './issuer-keys.ts'
import { tokenRefused, verifyJwt } from './verify-jwt.ts'

/** Whose sessions end: all sessions of a person, one session at the provider, or both named. */
interface Logout {
  readonly subject?: string
  readonly providerSession?: string
}

/** @throws AppError `unauthenticated`, with what is wrong; `unavailable` */
export type VerifyLogoutToken = (token: string) => Promise<Logout>

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const MAX_AGE_SECONDS = 300
const CLOCK_TOLERANCE_SECONDS = 30

/** Verifies logout tokens of OpenID Connect Back-Channel Logout 1.0, section 2.6. */
export function createLogoutTokenVerifier(
  { issuer, clientId }: { readonly issuer: string; readonly clientId: string },
  log: Log,
): VerifyLogoutToken {
  const keys = createIssuerKeys({ issuer, jwksUrl: undefined, log })
  const requirements = {
    issuer,
    audience: clientId,
    types: new Set(['logout+jwt', 'jwt']), // older providers do not set the type; the event is required anyway
    kind: 'a logout token',
    requiredClaims: ['iat', 'jti'], // `exp` is missing in the tokens of some providers
    clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS,
  }
  return async (token) => {
    const { events, nonce, sub, sid, iat = 0 } = await verifyJwt(token, requirements, keys)
    // an ID token has a nonce, and must not be passed off as a logout token
    if (!isObject(events) || !isObject(events[EVENT]) || nonce !== undefined) {
      throw tokenRefused('it is not a logout token')
    }
    if (Date.now() / 1000 - iat > MAX_AGE_SECONDS) throw tokenRefused('it has expired')
    const isNamed = typeof sub === 'string' || typeof sid === 'string'
    if (!isNamed) throw tokenRefused('it names neither a person (sub) nor a session (sid)')
    return {
      ...(typeof sub === 'string' && { subject: sub }),
      ...(typeof sid === 'string' && { providerSession: sid }),
    }
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
