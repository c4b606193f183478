import type { CallLimits } from '../limits/call-limits.ts'
import type { Authenticate, IncomingCall } from './access-control.ts'
import { unauthenticated } from './create-access-control.ts'
import { createCredentialCache } from './credential-cache.ts'
import type { Principal } from './principal.ts'
import { assertSameOrigin } from './same-origin.ts'
import { hashOfSessionId, sessionIdOf } from './session-cookie.ts'
import type { StoredSession } from './session-lookup.ts'

interface LiveSession {
  readonly principal: Principal
  readonly id: string
}

export interface SessionVerifierOptions {
  /** Looks up a live session by the hash of its id, in hex. @throws AppError `unavailable`, `overloaded` */
  readonly lookUp: (hash: string) => Promise<StoredSession | undefined>
  /** Limits the look-ups of sessions that do not exist. */
  readonly limits: Pick<CallLimits, 'tryCredential'>
  /** Called when a call with a live session begins. */
  readonly onUse: (sessionId: string) => void
}

/**
 * Authenticates calls by the session cookie. A call that may change something must come from a page of the same origin.
 * Over gRPC the cookie means nothing, since only browsers have sessions and they cannot use gRPC; nor does it when the
 * call has an `Authorization` header. A session that has ended stops working within five seconds (credential-cache.ts).
 */
export function createSessionVerifier({ lookUp, limits, onUse }: SessionVerifierOptions): Authenticate {
  const cache = createCredentialCache(async (cookie) => {
    const session = await lookUp(hashOfSessionId(cookie).toString('hex'))
    if (session === undefined) throw unauthenticated('The session has ended; sign in again.')
    const { id, clientId, actor, scopes, expiresInMs } = session
    return { value: { principal: { clientId, actor, scopes: new Set(scopes) }, id }, expiresInMs }
  })
  const use = (call: IncomingCall, { id, principal }: LiveSession): Principal => {
    if (!call.isOngoing) onUse(id) // or a page that is left open would keep its session alive
    return principal
  }

  return (call) => {
    const { httpMethod } = call
    if (httpMethod === undefined || call.header('authorization') !== undefined) return undefined
    const cookie = sessionIdOf(call)
    if (cookie === undefined) return undefined
    if (httpMethod !== 'GET' && httpMethod !== 'HEAD') assertSameOrigin(call)
    const known = cache.get(cookie)
    if (known !== undefined) return use(call, known)
    return limits.tryCredential(call, () => cache.lookUp(cookie)).then((session) => use(call, session))
  }
}
