import { createHash, randomBytes } from 'node:crypto'
import type { IncomingCall } from './access-control.ts'

/*
 * The cookie of a session. The prefix `__Host-` makes browsers accept it only from this host, with `Secure` and for every
 * path, so that no other host of the domain can set it. It has no expiry of its own: the server ends the session.
 * Browsers send it over https, and over http to localhost.
 */

export const SESSION_COOKIE = '__Host-leadtriage'
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax'
/** 256 random bits in base64url. */
const VALUE = /(?:^|; ?)__Host-leadtriage=([\w-]{43})(?=;|$)/

/** The session id in the cookie of a call; undefined if it has none that could be one. */
export function sessionIdOf(call: Pick<IncomingCall, 'header'>): string | undefined {
  const cookies = call.header('cookie')
  return cookies === undefined ? undefined : VALUE.exec(cookies)?.[1]
}

export function newSessionId(): string {
  return randomBytes(32).toString('base64url')
}

/** SHA-256, which is what the database stores. A slow hash is not needed: the id has 256 random bits. */
export function hashOfSessionId(id: string): Buffer {
  return createHash('sha256').update(id).digest()
}

/** The value of `Set-Cookie` that starts a session in the browser. */
export function sessionCookie(id: string): string {
  return `${SESSION_COOKIE}=${id}; ${ATTRIBUTES}`
}

/** The value of `Set-Cookie` that removes the session from the browser. */
export const NO_SESSION_COOKIE = `${SESSION_COOKIE}=; Max-Age=0; ${ATTRIBUTES}`
