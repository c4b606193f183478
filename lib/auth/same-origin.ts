import { AppError, ErrorCode } from '../errors/app-error.ts'
import type { IncomingCall } from './access-control.ts'

/**
 * Makes sure that a page of this origin made the call: browsers add cookies to requests of every page. A page cannot
 * change `Sec-Fetch-Site` or `Origin`. Browsers without the first (before 2023) are checked by the second, whose host
 * must be the one that was called.
 *
 * @throws AppError `permission_denied`
 */
export function assertSameOrigin(call: Pick<IncomingCall, 'header'>): void {
  const site = call.header('sec-fetch-site')
  if (site === 'same-origin') return
  if (site === undefined && isOwnOrigin(call.header('origin'), call.header('host'))) return
  throw new AppError(
    ErrorCode.PermissionDenied,
    'A session permits changes from pages of this origin only: the request needs Sec-Fetch-Site: same-origin, or an ' +
      'Origin that is the called host. Programs use an API key or a token.',
  )
}

/** A page over http could have been changed on the way, except on this machine. */
function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false
  const url = new URL(origin)
  const isSafe = url.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  return isSafe && url.host === host.toLowerCase()
}
