import { AppError, ErrorCode } from '../errors/app-error.ts'
import type { CallLimits } from '../limits/call-limits.ts'
import type { IncomingCall } from './access-control.ts'
import { hashOfKey, kindOfKey, looksLikeKey } from './api-key.ts'
import { bearerToken } from './bearer.ts'
import { unauthenticated } from './create-access-control.ts'
import { createCredentialCache } from './credential-cache.ts'
import type { StoredKey } from './key-lookup.ts'
import type { Principal } from './principal.ts'

interface VerifiedKey {
  readonly principal: Principal
  readonly key: StoredKey
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

/** Verifies API keys. A key that is revoked stops working within five seconds (credential-cache.ts). */
export function createKeyVerifier({ lookUp, limits, onUse }: KeyVerifierOptions): KeyVerifier {
  const cache = createCredentialCache(async (text) => {
    const key = await lookUp(hashOfKey(text).toString('hex'))
    if (key === undefined || key.revoked || (key.expiresInMs !== null && key.expiresInMs <= 0)) {
      throw unauthenticated(reasonToRefuse(key))
    }
    return { value: { principal: principalOf(key), key }, expiresInMs: key.expiresInMs }
  })

  const use = ({ key, principal }: VerifiedKey, call: Pick<IncomingCall, 'header'>): Principal => {
    if (key.kind === 'publishable') assertOrigin(key, call.header('origin'))
    onUse(key.id)
    return principal
  }

  const verify: KeyVerifier['verify'] = (text, call) => {
    const known = cache.get(text)
    if (known !== undefined) return use(known, call)
    if (kindOfKey(text) === undefined) throw unauthenticated('The API key is incomplete or mistyped.')
    return limits.tryCredential(call, () => cache.lookUp(text)).then((found) => use(found, call))
  }

  return {
    authenticate: (call) => {
      const token = bearerToken(call)
      return token === undefined || !looksLikeKey(token) ? undefined : verify(token, call)
    },
    verify,
  }
}

function principalOf({ id, clientId, scopes, kind }: StoredKey): Principal {
  return { clientId, scopes: new Set(scopes), actor: `key:${id}`, isPublishable: kind === 'publishable' }
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
