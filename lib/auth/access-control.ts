import type { Principal } from './principal.ts'
import type { Scope } from './scopes.ts'

/** What a method or route requires: a scope, or nothing. */
export type RequiredScope = Scope | 'public'

/** A call as far as access control needs it, in any protocol. */
export interface IncomingCall {
  /** The address of the client: of the connection, or as a trusted proxy states it. */
  readonly address: string
  /** `GET` or `HEAD` if the call changes nothing, in any protocol over HTTP/1.1. Undefined over gRPC. */
  readonly httpMethod: string | undefined
  /** Whether the call is a stream that was admitted before. It is checked again, and does not count against limits. */
  readonly isOngoing?: boolean
  /** Returns a request header or metadata entry. The name must be in lower case. */
  header(name: string): string | undefined
  /** Sets a header, or initial metadata, of the response. */
  setHeader(name: string, value: string): void
}

/**
 * Establishes the principal of a call from one kind of credential.
 *
 * @returns undefined if the call carries no credential of this kind; a principal, at once if it is cached
 * @throws AppError `unauthenticated`, `permission_denied`, `rate_limited`, `unavailable`
 */
export type Authenticate = (call: IncomingCall) => Principal | Promise<Principal> | undefined

/** Decides whether a call may proceed. One implementation serves every protocol. */
export interface AccessControl {
  /**
   * Checks, in this order: the limit of the address, the credential, the limit of the client, and the scope.
   *
   * @param authenticate replaces the kinds of credentials that calls usually have
   * @returns the principal, at once if nothing has to be looked up
   * @throws AppError `rate_limited`, `unauthenticated`, `permission_denied`, `unavailable`
   */
  admit(call: IncomingCall, required: RequiredScope, authenticate?: Authenticate): Principal | Promise<Principal>
}
