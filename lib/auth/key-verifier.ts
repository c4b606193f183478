import { AppError, ErrorCode } from '../errors/app-error.ts'
import type { CallLimits } from '../limits/call-limits.ts'
import type { IncomingCall } from './access-control.ts'
import { hashOfKey, kindOfKey, looksLikeKey } from './api-key.ts'
import { bearerToken } from './bearer.ts'
import { unauthenticated } from './create-access-control.ts'
import type { StoredKey } from './key-lookup.ts'
import type { Principal } from './principal.ts'

/*
 * Verifies API keys. Invariants:
 *  1. A key that is revoked or changed stops working within FRESH_MS everywhere: a cached key is used for at most that
 *     long after the query that found it was sent.
 *  2. A key in use is looked up again in the background, so calls do not wait for the database.
 *  3. Unknown keys are not cached, and the cache is bounded.
 */

/** The promise is 5 s; the rest is for the time between a revocation's commit and its answer. */
const FRESH_MS = 4_500
const REFRESH_MS = 2_000
const MAX_CACHED = 10_000

interface CachedKey {
  readonly principal: Principal
  readonly key: StoredKey
  /** When the query that found it was sent, by `performance.now()`. */
  readonly askedAt: number
  /** When it expires. */
  readonly expiresAt: number
  refreshing: boolean
}

export interface KeyVerifierOptions {
  /** Looks up a key by its hash in hex. @throws AppError `unavailable`, `overloaded` */
  readonly lookUp: (hash: string) => Promise<StoredKey | undefined>
  /** Limits the look-ups of invalid keys. */
  readonly limits: Pick<CallLimits, 'tryCredential'>
  /** Called for every call with a valid key. */
  readonly onUse: (keyId: string) => void
}

export interface KeyVerifier {
  /**
   * Authenticates a call by the key in its `Authorization` header.
   * @throws AppError `unauthenticated`, `permission_denied`, `rate_limited`, `unavailable`
   */
  authenticate(call: IncomingCall): Principal | Promise<Principal> | undefined
  /** Verifies a key that was sent in another place. @throws like `authenticate` */
  verify(key: string, call: Pick<IncomingCall, 'address' | 'header'>): Principal | Promise<Principal>
}

export function createKeyVerifier({ lookUp, limits, onUse }: KeyVerifierOptions): KeyVerifier {
  const cache = new Map<string, CachedKey>()

  const ask = async (text: string): Promise<CachedKey> => {
    const askedAt = performance.now()
    const key = await lookUp(hashOfKey(text).toString('hex'))
    if (key === undefined || key.revoked || (key.expiresInMs !== null && key.expiresInMs <= 0)) {
      cache.delete(text)
      throw unauthenticated(reasonToRefuse(key))
    }
    const expiresAt = key.expiresInMs === null ? Number.POSITIVE_INFINITY : askedAt + key.expiresInMs
    const principal = {
      clientId: key.clientId,
      scopes: new Set(key.scopes),
      actor: `key:${key.id}`,
      isPublishable: key.kind === 'publishable',
    }
    const cached = { principal, key, askedAt, expiresAt, refreshing: false }
    cache.delete(text) // so that it moves to the end: the oldest is first
    cache.set(text, cached)
    if (cache.size > MAX_CACHED) cache.delete(cache.keys().next().value as string) // 3
    return cached
  }

  const refresh = (text: string, cached: CachedKey) => {
    cached.refreshing = true
    ask(text).catch(() => {
      cached.refreshing = false // tried again by the next call, which fails once FRESH_MS has passed (1)
    })
  }

  const use = ({ key, principal }: CachedKey, call: Pick<IncomingCall, 'header'>): Principal => {
    if (key.kind === 'publishable') assertOrigin(key, call.header('origin'))
    onUse(key.id)
    return principal
  }

  const verify: KeyVerifier['verify'] = (text, call) => {
    const cached = cache.get(text)
    if (cached !== undefined) {
      const now = performance.now()
      const age = now - cached.askedAt
      if (age < FRESH_MS && now < cached.expiresAt) {
        if (age > REFRESH_MS && !cached.refreshing) refresh(text, cached) // 2
        return use(cached, call)
      }
    }
    if (kindOfKey(text) === undefined) throw unauthenticated('The API key is incomplete or mistyped.')
    return limits.tryCredential(call, () => ask(text)).then((found) => use(found, call))
  }

  return {
    authenticate: (call) => {
      const token = bearerToken(call)
      return token === undefined || !looksLikeKey(token) ? undefined : verify(token, call)
    },
    verify,
  }
}

function reasonToRefuse(key: StoredKey | undefined): string {
  if (key === undefined) return 'The API key does not exist.'
  return key.revoked ? 'The API key was revoked.' : 'The API key has expired.'
}

/** Anyone can read a publishable key, so it works only where a browser vouches for the page. */
function assertOrigin({ origins }: StoredKey, origin: string | undefined): void {
  if (origin !== undefined && origins.includes(origin)) return
  throw new AppError(ErrorCode.PermissionDenied, originFault(origin))
}

function originFault(origin: string | undefined): string {
  switch (origin) {
    case undefined:
      return 'A publishable key works in browsers only: the request has no Origin header.'
    case 'null':
      return (
        'The browser does not say which page sent this: the page has Referrer-Policy no-referrer, is a file, or is in ' +
        'a sandboxed frame. Use another policy, such as strict-origin-when-cross-origin.'
      )
    default:
      return 'This publishable key does not permit the origin of the page; add the origin to the key.'
  }
}
