import type { Principal } from '../auth/principal.ts'
import type { Scope } from '../auth/scopes.ts'
import { AppError, ErrorCode, toAppError } from '../errors/app-error.ts'

/** With the time that credentials are cached, a stream outlives what its credential permits by at most ten seconds. */
const RECHECK_MS = 5_000

/** A stream ends with these. Other errors, such as an unreachable database, say nothing about its credential. */
const REFUSALS: readonly ErrorCode[] = [ErrorCode.Unauthenticated, ErrorCode.PermissionDenied]

interface RecheckOptions {
  /** Who opened the stream. What it sends may depend on each of the scopes that the credential had then. */
  readonly principal: Principal
  /** Admits the call of the stream again. It does not count against limits. */
  readonly admit: () => Principal | Promise<Principal>
  /** Ends the stream, because its credential was revoked, has expired, or has lost a scope. */
  readonly end: (error: AppError) => void
  /** Default {@link RECHECK_MS}. */
  readonly intervalMs?: number | undefined
}

/**
 * Checks the credential of a stream while it lasts, because a stream is admitted only once and has no end. Returns a
 * function that stops the checks.
 */
export function recheckAccess({ principal, admit, end, intervalMs = RECHECK_MS }: RecheckOptions): () => void {
  let isChecking = false
  const check = async () => {
    if (isChecking) return
    isChecking = true
    try {
      const { scopes } = await admit()
      for (const scope of principal.scopes) if (!scopes.has(scope)) throw narrowed(scope)
    } catch (thrown) {
      const error = toAppError(thrown)
      if (REFUSALS.includes(error.code)) end(error)
    } finally {
      isChecking = false
    }
  }
  const timer = setInterval(() => void check(), intervalMs).unref()
  return () => clearInterval(timer)
}

function narrowed(scope: Scope): AppError {
  const message = `The credential has lost the scope ${scope} since the stream was opened; open it again.`
  return new AppError(ErrorCode.PermissionDenied, message)
}
