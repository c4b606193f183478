import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import { issuerUnavailable } from './issuer-keys.ts'

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

export interface JwtRequirements {
  /** Compared exactly with `iss`. */
  readonly issuer: string
  readonly audience: string
  /**
   * The accepted values of `typ` in lower case, without `application/`; one without it is a `jwt`. A token for another
   * purpose, such as a logout token, has another type.
   */
  readonly types: ReadonlySet<string>
  /** What a token of these types is, for the message about another one. */
  readonly kind: string
  readonly requiredClaims: readonly string[]
  readonly clockToleranceSeconds: number
}

/**
 * Verifies a JWT.
 * @returns its claims
 * @throws AppError `unauthenticated`, with what is wrong and nothing of the token; `unavailable`
 */
export async function verifyJwt(
  token: string,
  { issuer, audience, types, kind, requiredClaims, clockToleranceSeconds }: JwtRequirements,
  keys: JWTVerifyGetKey,
): Promise<JWTPayload> {
  try {
    // before the keys, so that another issuer's tokens are named as such and cause no request for their keys
    if (decodeJwt(token).iss !== issuer) throw tokenRefused('it is of an unknown issuer')
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms: ALGORITHMS,
      issuer,
      audience,
      clockTolerance: clockToleranceSeconds,
      requiredClaims: [...requiredClaims],
    })
    const { typ = 'jwt' } = protectedHeader
    if (!types.has(typ.toLowerCase().replace(/^application\//, ''))) throw tokenRefused(`it is not ${kind}`)
    return payload
  } catch (error) {
    if (error instanceof errors.JWKSInvalid) throw issuerUnavailable(error)
    if (error instanceof errors.JOSEError) throw tokenRefused(faultOf(error), error)
    throw error
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

export function tokenRefused(fault: string, cause?: unknown): AppError {
  const options = cause === undefined ? {} : { cause }
  return new AppError(ErrorCode.Unauthenticated, `The token is not accepted: ${fault}.`, options)
}
