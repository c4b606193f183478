import { randomUUID } from 'node:crypto'
import { hashOfSessionId, newSessionId, sessionIdOf } from '../../../lib/auth/session-cookie.ts'
import type { NewSession, SessionStore } from './session-store.ts'

/** A call of the routes under /auth. */
export interface SignInCall {
  readonly address: string
  readonly requestId: string
  header(name: string): string | undefined
}

export type SignedIn = Omit<NewSession, 'id' | 'hash' | 'providerTokens'> & {
  /** Seals the provider's tokens for a session. */
  readonly sealTokens?: (sessionId: string) => Buffer
}

/**
 * Starts a session with a new id, whatever cookie the browser has: an id that somebody else knows cannot become a
 * session (session fixation). The browser's previous session ends.
 *
 * @returns the id for the cookie, which is stored nowhere
 */
export async function startSession(store: SessionStore, signedIn: SignedIn, call: SignInCall): Promise<string> {
  const { sealTokens, ...session } = signedIn
  const [id, cookie] = [randomUUID(), newSessionId()]
  const source = { address: call.address, requestId: call.requestId }
  const providerTokens = sealTokens?.(id) ?? null
  await store.start({ ...session, id, hash: hashOfSessionId(cookie), providerTokens }, source)
  const previous = sessionIdOf(call)
  const replaced = previous === undefined ? undefined : await store.find(hashOfSessionId(previous))
  if (replaced !== undefined) await store.end(replaced, 'signed_in_again', source)
  return cookie
}
