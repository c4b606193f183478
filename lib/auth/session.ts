import type { CallLimits } from '../limits/call-limits.ts'
import type { Authenticate } from './access-control.ts'
import { unauthenticated } from './create-access-control.ts'
import type { Principal } from './principal.ts'
import { assertSameOrigin } from './same-origin.ts'
import { hashOfSessionId, sessionIdOf } from './session-cookie.ts'
import type { StoredSession } from './session-lookup.ts'

/*
 * Verifies sessions. Invariants:
 *  1. A session that has ended stops working within FRESH_MS everywhere: a cached one is used for at most that long
 *     after the query that found it was sent.
 *  2. A session in use is looked up again in the background, so calls do not wait for the database.
 *  3. Unknown sessions are not cached, and the cache is bounded.
 */

/** The promise is 5 s; the rest is for the time between the end's commit and the answer. */
const FRESH_MS = 4_500
const REFRESH_MS = 2_000
const MAX_CACHED = 10_000

interface CachedSession {
  readonly principal: Principal
  readonly id: string
  /** When the query that found it was sent, by `performance.now()`. */
  readonly askedAt: number
  readonly expiresAt: number
  refreshing: boolean
}

export interface SessionVerifierOptions {
  /** Looks up a live session by the hash of its id, in hex. @throws AppError `unavailable`, `overloaded` */
  readonly lookUp: (hash: string) => Promise<StoredSession | undefined>
  /** Limits the look-ups of sessions that do not exist. */
  readonly limits: Pick<CallLimits, 'tryCredential'>
  /** Called for every call with a live session. */
  readonly onUse: (sessionId: string) => void
}

/**
 * Authenticates calls by the session cookie. A call that may change something must come from a page of the same origin.
 * Over gRPC the cookie means nothing, since only browsers have sessions and they cannot use gRPC; nor does it when the
 * call has an `Authorization` header.
 */
export function createSessionVerifier({ lookUp, limits, onUse }: SessionVerifierOptions): Authenticate {
  const cache = new Map<string, CachedSession>()

  const ask = async (cookie: string): Promise<CachedSession> => {
    const askedAt = performance.now()
    const session = await lookUp(hashOfSessionId(cookie).toString('hex'))
    cache.delete(cookie) // a live one moves to the end: the oldest is first
    if (session === undefined) throw unauthenticated('The session has ended; sign in again.')
    const { id, clientId, actor, scopes, expiresInMs } = session
    const principal = { clientId, actor, scopes: new Set(scopes) }
    const cached = { principal, id, askedAt, expiresAt: askedAt + expiresInMs, refreshing: false }
    cache.set(cookie, cached)
    if (cache.size > MAX_CACHED) cache.delete(cache.keys().next().value as string) // 3
    return cached
  }
  const refresh = (cookie: string, cached: CachedSession) => {
    cached.refreshing = true
    ask(cookie).catch(() => {
      cached.refreshing = false // tried again by the next call, which fails once FRESH_MS has passed (1)
    })
  }
  const use = ({ id, principal }: CachedSession): Principal => {
    onUse(id)
    return principal
  }

  return (call) => {
    const { httpMethod } = call
    if (httpMethod === undefined || call.header('authorization') !== undefined) return undefined
    const cookie = sessionIdOf(call)
    if (cookie === undefined) return undefined
    if (httpMethod !== 'GET' && httpMethod !== 'HEAD') assertSameOrigin(call)
    const cached = cache.get(cookie)
    if (cached !== undefined) {
      const now = performance.now()
      const age = now - cached.askedAt
      if (age < FRESH_MS && now < cached.expiresAt) {
        if (age > REFRESH_MS && !cached.refreshing) refresh(cookie, cached) // 2
        return use(cached)
      }
    }
    return limits.tryCredential(call, () => ask(cookie)).then(use)
  }
}
