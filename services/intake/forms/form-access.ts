import { kindOfKey } from '../../../lib/auth/api-key.ts'
import { unauthenticated } from '../../../lib/auth/create-access-control.ts'
import type { KeyVerifier } from '../../../lib/auth/key-verifier.ts'
import { ANONYMOUS } from '../../../lib/auth/principal.ts'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'
import type { IsAllowedOrigin } from '../../../lib/server/http/cors.ts'
import type { AuthenticateRequest } from '../../../lib/server/rest/handler.ts'

/**
 * Authenticates a form by the publishable key in its path, and by no other credential: a page of another origin could
 * send a form with the cookie of a session.
 */
export function authenticateForm(keys: KeyVerifier | undefined): AuthenticateRequest {
  return ({ params }, call) => {
    if (keys === undefined) return ANONYMOUS // authentication is off
    const { publishable_key: key } = params as { publishable_key: string }
    if (kindOfKey(key) !== 'publishable') {
      throw unauthenticated('The path must end with a publishable key, lt_pk_…, which is complete.')
    }
    return keys.verify(key, call)
  }
}

/**
 * Without authentication any page could send forms to a service on the machine of its reader. Pages of CORS_ORIGINS and
 * of the service itself may, and programs, which send no Origin.
 *
 * @throws AppError `permission_denied`
 */
export function assertKnownPage(
  headers: { readonly origin?: string | undefined; readonly host?: string | undefined },
  isAllowed: IsAllowedOrigin | undefined,
): void {
  const { origin, host } = headers
  if (origin === undefined || isAllowed?.(origin)) return
  if (URL.canParse(origin) && new URL(origin).host === host) return
  throw new AppError(
    ErrorCode.PermissionDenied,
    'With AUTH=off a page can send forms only if its origin is in CORS_ORIGINS.',
  )
}
