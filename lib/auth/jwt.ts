import { hash } from 'node:crypto'
import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import type { CallLimits } from '../limits/call-limits.ts'
import type { Log } from '../log/log.ts'
import type { Authenticate } from './access-control.ts'
import { bearerToken } from './bearer.ts'
import { claimAt, idWithoutPersonalData, textsOf } from './claims.ts'
import { createIssuerKeys, type IssuerKeysOptions } from './issuer-keys.ts'
import type { Principal } from './principal.ts'
import { isScope } from './scopes.ts'
import { tokenRefused, verifyJwt } from './verify-jwt.ts'

export interface JwtOptions {
  /** Compared exactly with `iss`. */
  readonly issuer: string
  readonly audience: string
  readonly jwksUrl: string | undefined
  readonly scopesClaim: string
  /** The first of these claims that a token has names its client. */
  readonly clientClaims: readonly string[]
  readonly clockToleranceSeconds: number
}

/** Access tokens (RFC 9068, and the older general type). */
const TYPES = new Set(['jwt', 'at+jwt'])
const THREE_PARTS = /^[\w-]+\.[\w-]*\.[\w-]*$/
const MAX_CACHED = 10_000
const MAX_CACHED_MS = 5 * 60_000
const MAX_CLIENT_LENGTH = 200

interface Verified {
  readonly principal: Principal
  /** In milliseconds of Date.now(). */
  readonly until: number
}

/**
 * Verifies JWTs of one issuer, sent as `Authorization: Bearer`. A verified token is kept until its expiry, for at most
 * five minutes, so a call with it needs no promise. The keys are those of the issuer; a token cannot bring its own.
 */
export function createJwtAuthentication(
  options: JwtOptions,
  limits: Pick<CallLimits, 'tryCredential'>,
  log: Log,
  keyOptions: Pick<IssuerKeysOptions, 'cooldownMs' | 'refreshMs' | 'retryMs'> = {},
): Authenticate {
  const keys = createIssuerKeys({ issuer: options.issuer, jwksUrl: options.jwksUrl, log, ...keyOptions })
  /** By hash, so that the process does not keep the tokens. The oldest is first. */
  const cache = new Map<string, Verified>()

  return (call) => {
    const token = bearerToken(call)
    if (token === undefined || !THREE_PARTS.test(token)) return undefined
    const key = hash('sha256', token, 'base64url')
    const cached = cache.get(key)
    if (cached !== undefined) {
      if (Date.now() < cached.until) return cached.principal
      cache.delete(key)
    }
    return limits
      .tryCredential(call, () => verify(token, options, keys))
      .then((verified) => {
        cache.delete(key)
        cache.set(key, verified)
        for (const oldest of cache.keys()) {
          if (cache.size <= MAX_CACHED) break
          cache.delete(oldest)
        }
        return verified.principal
      })
  }
}

/** @throws AppError `unauthenticated`, with what is wrong and nothing of the token; `unavailable` */
async function verify(token: string, options: JwtOptions, keys: JWTVerifyGetKey): Promise<Verified> {
  const { issuer, audience, clockToleranceSeconds } = options
  const requirements = { issuer, audience, clockToleranceSeconds, types: TYPES, kind: 'an access token' }
  const claims = await verifyJwt(token, { ...requirements, requiredClaims: ['exp'] }, keys)
  const expiresAt = (claims.exp ?? 0) * 1000
  return { principal: principalOf(claims, options), until: Math.min(expiresAt, Date.now() + MAX_CACHED_MS) }
}

/** The client has a prefix, so that an issuer cannot name a client of API keys. */
function principalOf(claims: JWTPayload, { scopesClaim, clientClaims }: JwtOptions): Principal {
  const client = clientClaims.map((name) => claimAt(claims, name)).find((value) => value !== undefined)
  if (typeof client !== 'string' || client === '' || client.length > MAX_CLIENT_LENGTH) {
    throw tokenRefused(`it names no client; expected a text in ${clientClaims.join(', ')}`)
  }
  return {
    clientId: `jwt:${client}`,
    scopes: new Set(textsOf(claimAt(claims, scopesClaim)).filter(isScope)),
    actor: `jwt:${idWithoutPersonalData(typeof claims.sub === 'string' ? claims.sub : client)}`,
  }
}
