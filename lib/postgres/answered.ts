import { AppError, ErrorCode } from '../errors/app-error.ts'

/** What the driver says when there is no server to talk to. */
const DRIVER_CODES = new Set(['CONNECT_TIMEOUT', 'CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED'])
/** What the system says of a server that is not there. */
const SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  'EAI_AGAIN',
])
/**
 * What PostgreSQL says when another try may succeed: connection faults (08), too many connections and no
 * memory or disk (53), cancelled or shutting down (57), deadlock and serialization (40), a server that has just
 * become read-only (25006).
 */
const SQLSTATE = /^(?:08|53|57|40)[0-9A-Z]{3}$|^25006$/

/** A server that hangs answers nothing; whoever asked gets an error before they lose patience. */
const PATIENCE_MS = 1_800

/**
 * Waits for a query, for a bounded time, and tells "try again" from what the statement itself did wrong. After an
 * `unavailable` a write may have happened or not.
 *
 * @throws AppError `unavailable` when the database cannot be reached or does not answer within `patienceMs`; any
 *   other error as it came
 */
export async function answered<T>(query: Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unavailable(new Error(`no answer within ${patienceMs} ms`))), patienceMs)
  })
  try {
    return await Promise.race([query, silence])
  } catch (error) {
    throw isPostgresUnavailable(error) ? unavailable(error) : error
  } finally {
    clearTimeout(timer)
  }
}

function unavailable(cause: unknown): AppError {
  return new AppError(ErrorCode.Unavailable, 'The database cannot be reached right now; try again.', {
    cause,
    retryAfterSeconds: 1,
  })
}

function isPostgresUnavailable(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  const code = String(error.code)
  return DRIVER_CODES.has(code) || SYSTEM_CODES.has(code) || SQLSTATE.test(code)
}
