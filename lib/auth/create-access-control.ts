import { AppError, ErrorCode } from '../errors/app-error.ts'
import type { CallLimits } from '../limits/call-limits.ts'
import type { AccessControl, Authenticate, IncomingCall } from './access-control.ts'
import { ANONYMOUS, type Principal } from './principal.ts'
import type { Scope } from './scopes.ts'

/** Permits every call. */
export const OPEN_ACCESS: AccessControl = { admit: () => ANONYMOUS }

/**
 * Permits every call that is not addressed to a domain name, for services that listen on loopback addresses only. An
 * attacker can let a domain of theirs resolve to 127.0.0.1, and a page of that domain could then call the service from a
 * browser on this machine (DNS rebinding).
 */
export const LOOPBACK_ACCESS: AccessControl = {
  admit: (call, required) => {
    if (required !== 'public' && isDomain(call.header('host') ?? '')) {
      const message =
        'With AUTH=off, a service must be addressed as localhost or by an IP address, not by a domain name.'
      return rejectCall(call, new AppError(ErrorCode.PermissionDenied, message))
    }
    return ANONYMOUS
  },
}

const IPV4 = /^\d+\.\d+\.\d+\.\d+$/

/** Whether a `Host` header has a name that could be in the public DNS: with a dot, and no IP address. */
function isDomain(host: string): boolean {
  const name = host.replace(/:\d+$/, '')
  return name.includes('.') && !name.startsWith('[') && !IPV4.test(name) && !name.endsWith('.localhost')
}

/** @param authenticators one for each kind of credential; the first that recognizes the call's credential decides */
export function createAccessControl(authenticators: readonly Authenticate[], limits: CallLimits): AccessControl {
  const permit = (call: IncomingCall, principal: Principal, required: Scope): Principal | Promise<Principal> => {
    const waiting = call.isOngoing ? undefined : limits.admitClient(call, principal)
    if (waiting !== undefined) return waiting.then(() => assertScope(call, principal, required))
    return assertScope(call, principal, required)
  }
  return {
    admit: (call, required, own) => {
      if (!call.isOngoing) limits.admitAddress(call)
      if (required === 'public') return ANONYMOUS
      const principal = authenticate(own === undefined ? authenticators : [own], call)
      if (principal instanceof Promise) return principal.then((resolved) => permit(call, resolved, required))
      return permit(call, principal, required)
    },
  }
}

function authenticate(authenticators: readonly Authenticate[], call: IncomingCall): Principal | Promise<Principal> {
  try {
    for (const authenticator of authenticators) {
      const principal = authenticator(call)
      if (principal === undefined) continue
      return principal instanceof Promise ? principal.catch((error: unknown) => rejectCall(call, error)) : principal
    }
  } catch (error) {
    rejectCall(call, error)
  }
  return rejectCall(call, noCredential(call))
}

function assertScope(call: IncomingCall, principal: Principal, required: Scope): Principal {
  if (principal.scopes.has(required)) return principal
  call.setHeader('www-authenticate', `Bearer error="insufficient_scope", scope="${required}"`)
  throw new AppError(ErrorCode.PermissionDenied, `This call needs the scope ${required}, which the credential lacks.`)
}

/** Adds the challenge that RFC 6750 requires, and throws the error. */
function rejectCall(call: IncomingCall, error: unknown): never {
  if (error instanceof AppError && error.code === ErrorCode.Unauthenticated) {
    const hasCredential = call.header('authorization') !== undefined
    call.setHeader('www-authenticate', hasCredential ? 'Bearer error="invalid_token"' : 'Bearer')
  }
  if (error instanceof AppError && error.code === ErrorCode.PermissionDenied) {
    call.setHeader('www-authenticate', 'Bearer error="insufficient_scope"')
  }
  throw error
}

function noCredential(call: IncomingCall): AppError {
  return unauthenticated(
    call.header('authorization') === undefined
      ? 'This call needs a credential; send the header Authorization: Bearer, followed by an API key or a token.'
      : 'The header Authorization must be Bearer, followed by an API key or a token of a configured issuer.',
  )
}

export function unauthenticated(message: string, cause?: unknown): AppError {
  return new AppError(ErrorCode.Unauthenticated, message, cause === undefined ? {} : { cause })
}
