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
 * Waits for a query, for a bounded time, and tells "try again" from what the statement itself did wrong. A statement of
 * the driver that was not sent by then is taken back: nobody waits for it, and it would only hold up others. After an
 * `unavailable` a write may have happened or not.
 *
 * @param query a statement, or a promise that waits for several, which are not taken back
 * @throws AppError `unavailable` when the database cannot be reached or does not answer within `patienceMs`; any
 *   other error as it came
 */
export async function answered<T>(query: Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(unavailable(new Error(`no answer within ${patienceMs} ms`)))
      if (isStatement(query)) takeBack(query)
    }, patienceMs)
  })
  try {
    return await Promise.race([query, silence])
  } catch (error) {
    throw isPostgresUnavailable(error) ? unavailable(error) : error
  } finally {
    clearTimeout(timer)
  }
}

/** A statement as the driver (3.4.9) keeps it; its types know `cancel` only. */
interface Statement {
  /** The connection that it was sent on; null before. */
  readonly state: unknown
  cancelled: unknown
  cancel(): void
}

function isStatement(query: object): query is Statement {
  return 'state' in query && 'cancelled' in query && 'cancel' in query
}

/**
 * Takes a statement out of the driver's queue. It may also be the one that a connection is just being opened for, and
 * then it is in no queue: the driver would pass over it when the connection is there, and never use that connection
 * again, if it were still marked as cancelled. So it is sent after all: one for each connection at the most.
 */
function takeBack(statement: Statement): void {
  if (statement.state !== null) return
  statement.cancel()
  statement.cancelled = null
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
