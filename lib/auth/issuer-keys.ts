import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import type { Log } from '../log/log.ts'
import { createThrottledLog } from '../log/throttled-log.ts'

/*
 * The public keys of an issuer (JWKS), fetched when first needed. Invariants:
 *  1. Keys that are known stay usable while the issuer is unreachable, for at most MAX_AGE_MS.
 *  2. A key that is not known fetches the keys again, at most once in COOLDOWN_MS, so that keys may be rotated and
 *     forged key ids cannot flood the issuer.
 *  3. Keys older than REFRESH_MS are fetched again in the background, so that a withdrawn key stops being accepted.
 *  4. After a failed fetch none is tried for RETRY_MS; calls that need it fail at once as `unavailable`.
 */

export interface IssuerKeysOptions {
  readonly issuer: string
  /** Default: the `jwks_uri` of the issuer's discovery document. */
  readonly jwksUrl: string | undefined
  readonly log: Log
  /** For tests. Default {@link COOLDOWN_MS}, {@link REFRESH_MS} and {@link RETRY_MS}. */
  readonly cooldownMs?: number
  readonly refreshMs?: number
  readonly retryMs?: number
}

const MAX_AGE_MS = 24 * 60 * 60_000
const REFRESH_MS = 10 * 60_000
const COOLDOWN_MS = 10_000
const RETRY_MS = 2_000
const TIMEOUT_MS = 5_000
const MAX_BYTES = 1024 * 1024

/**
 * Returns the function by which jose finds the key of a token.
 * @throws AppError `unavailable` if the key is unknown and the issuer cannot be asked; jose's errors for other reasons
 */
export function createIssuerKeys(options: IssuerKeysOptions): JWTVerifyGetKey {
  const { issuer, jwksUrl, log } = options
  const { cooldownMs = COOLDOWN_MS, refreshMs = REFRESH_MS, retryMs = RETRY_MS } = options
  const logFailure = createThrottledLog(log, 'warn', 'cannot fetch the keys of the token issuer; retrying')
  let nextTry = 0 // 4
  let nextRefresh = 0

  const fetchKeys = async (signal: AbortSignal): Promise<Response> => {
    if (performance.now() < nextTry) throw issuerUnavailable()
    try {
      const text = await fetchText(jwksUrl ?? (await discoverJwksUrl(issuer, signal)), signal)
      const keys = Response.json(JSON.parse(text))
      nextRefresh = performance.now() + refreshMs
      return keys
    } catch (error) {
      nextTry = performance.now() + retryMs
      logFailure({ err: error })
      throw issuerUnavailable(error)
    }
  }
  const keys = createRemoteJWKSet(new URL(jwksUrl ?? issuer), {
    cacheMaxAge: MAX_AGE_MS, // 1
    cooldownDuration: cooldownMs, // 2
    timeoutDuration: TIMEOUT_MS,
    [customFetch]: (_url, { signal }) => fetchKeys(signal),
  })

  return (header, token) => {
    if (performance.now() >= nextRefresh && keys.fresh && !keys.reloading) {
      nextRefresh = performance.now() + retryMs
      keys.reload().catch(() => undefined) // 3; the failure is logged above
    }
    return keys(header, token)
  }
}

/** OpenID Connect Discovery 1.0, section 4. The document must name the issuer that it was asked of. */
async function discoverJwksUrl(issuer: string, signal: AbortSignal): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const document = JSON.parse(await fetchText(url, signal)) as { issuer?: unknown; jwks_uri?: unknown }
  if (document.issuer !== issuer) throw new Error(`the discovery document at ${url} is of another issuer`)
  if (typeof document.jwks_uri !== 'string') throw new Error(`the discovery document at ${url} has no jwks_uri`)
  if (new URL(document.jwks_uri).protocol !== 'https:' && new URL(issuer).protocol === 'https:') {
    throw new Error(`the jwks_uri of the discovery document at ${url} is not https`)
  }
  return document.jwks_uri
}

/** @throws Error unless the response has the status 200 and at most {@link MAX_BYTES} */
async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } })
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel()
    throw new Error(`${url} responded with status ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw new Error(`${url} responded with more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

export function issuerUnavailable(cause?: unknown): AppError {
  return new AppError(ErrorCode.Unavailable, 'The issuer of the token cannot be reached to verify it; try again.', {
    retryAfterSeconds: 2,
    ...(cause !== undefined && { cause }),
  })
}
