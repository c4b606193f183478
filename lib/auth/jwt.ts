import { hash } from 'node:crypto'
import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import type { CallLimits } from '../limits/call-limits.ts'
import type { Log } from '../log/log.ts'
import type { Authenticate } from './access-control.ts'
import { bearerToken } from './bearer.ts'
import { claimAt, idWithoutPersonalData, textsOf } from './claims.ts'
import { createIssuerKeys, type IssuerKeysOptions, issuerUnavailable } from './issuer-keys.ts'
import type { Principal } from './principal.ts'
import { isScope } from './scopes.ts'

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

/**
 * Signatures with a key pair only: with a shared secret, who can verify a token can also issue one, and a public key
 * could be passed off as the secret (RFC 8725, section 2.1).
 */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512'],
  ...['PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512'],
  ...['EdDSA', 'Ed25519'],
]
/** Types of access tokens (RFC 9068, and the older general one). Other types, such as logout+jwt, mean something else. */
const TYPES = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt'])
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
  try {
    // before the keys, so that another issuer's tokens are named as such and cause no request for their keys
    if (decodeJwt(token).iss !== options.issuer) throw unauthenticated('it is of an unknown issuer')
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms: ALGORITHMS,
      issuer: options.issuer,
      audience: options.audience,
      clockTolerance: options.clockToleranceSeconds,
      requiredClaims: ['exp'],
    })
    const { typ = 'jwt' } = protectedHeader
    if (!TYPES.has(typ.toLowerCase())) throw unauthenticated('it is not an access token')
    const expiresAt = (payload.exp ?? 0) * 1000
    return { principal: principalOf(payload, options), until: Math.min(expiresAt, Date.now() + MAX_CACHED_MS) }
  } catch (error) {
    if (error instanceof errors.JWKSInvalid) throw issuerUnavailable(error)
    if (error instanceof errors.JOSEError) throw unauthenticated(faultOf(error), error)
    throw error
  }
}

/** The client has a prefix, so that an issuer cannot name a client of API keys. */
function principalOf(claims: JWTPayload, { scopesClaim, clientClaims }: JwtOptions): Principal {
  const client = clientClaims.map((name) => claimAt(claims, name)).find((value) => value !== undefined)
  if (typeof client !== 'string' || client === '' || client.length > MAX_CLIENT_LENGTH) {
    throw unauthenticated(`it names no client; expected a text in ${clientClaims.join(', ')}`)
  }
  return {
    clientId: `jwt:${client}`,
    scopes: new Set(textsOf(claimAt(claims, scopesClaim)).filter(isScope)),
    actor: `jwt:${idWithoutPersonalData(typeof claims.sub === 'string' ? claims.sub : client)}`,
  }
}

const CLAIM_FAULTS: Readonly<Record<string, string>> = {
  iss: 'it is of an unknown issuer',
  aud: 'it is for another audience',
  nbf: 'it is not valid yet',
  exp: 'it has no valid expiry (exp)',
}

function faultOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it has expired'
  if (error instanceof errors.JWTClaimValidationFailed) return CLAIM_FAULTS[error.claim] ?? 'its claims are wrong'
  if (error instanceof errors.JOSEAlgNotAllowed) return 'it is signed with an algorithm that is not accepted'
  if (error instanceof errors.JWKSNoMatchingKey) return 'it is signed with an unknown key'
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'it does not say which key it is signed with (kid)'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong'
  return 'it is malformed'
}

function unauthenticated(fault: string, cause?: unknown): AppError {
  const options = cause === undefined ? {} : { cause }
  return new AppError(ErrorCode.Unauthenticated, `The token is not accepted: ${fault}.`, options)
}
