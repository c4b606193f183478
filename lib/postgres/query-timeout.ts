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

/** A server that hangs answers nothing; a caller must get its error within two seconds. */
const QUERY_TIMEOUT_MS = 1_800

/** The time that several statements have together. */
export interface Deadline {
  /** 0 when it has passed: Node warns of a timer that is to run in the past. */
  leftMs(): number
}

export function createDeadline(timeoutMs = QUERY_TIMEOUT_MS): Deadline {
  const end = performance.now() + timeoutMs
  return { leftMs: () => Math.max(0, end - performance.now()) }
}

/**
 * Waits for a statement, for a bounded time, and tells "try again" from what the statement itself did wrong. One that
 * was not sent by then is taken back: it is never executed. One that was sent may be executed still, so after an
 * `unavailable` a write may have happened or not; write-fence.ts keeps it from running beside its retry.
 *
 * @param query one statement; of a promise over several the timeout could take none back
 * @throws AppError `unavailable` when the database cannot be reached or does not answer within `timeoutMs`; any
 *   other error as it came
 */
export async function withQueryTimeout<T>(query: Promise<T>, timeoutMs = QUERY_TIMEOUT_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(unavailable(new Error(`no answer within ${Math.round(timeoutMs)} ms`)))
      if (isStatement(query)) takeBack(query)
    }, timeoutMs)
  })
  try {
    return await Promise.race([query, timeout])
  } catch (error) {
    throw isPostgresUnavailable(error) ? unavailable(error) : error
  } finally {
    clearTimeout(timer)
  }
}

/** A statement as the driver (3.4.9) keeps it; its types know `cancel` only. */
interface Statement {
  /** Of the connection that it was sent on; null before. */
  readonly state: { readonly pid: number } | null
  strings: readonly string[]
  args: readonly unknown[]
  cancelled: unknown
  cancel(): void
}

function isStatement(query: object): query is Statement {
  return 'state' in query && 'cancelled' in query && 'cancel' in query
}

/** The process of PostgreSQL that a statement was sent to; undefined when it was not sent. */
export function backendOf(query: object): number | undefined {
  return isStatement(query) ? query.state?.pid : undefined
}

/**
 * Takes a statement out of the driver's queue. It may also be the one that a connection is just being opened for, and
 * then it is in no queue: the driver would pass over it when the connection is there, and never use that connection
 * again, if it were still marked as cancelled. So it is sent after all, as a statement that does nothing.
 */
function takeBack(statement: Statement): void {
  if (statement.state !== null) return
  statement.cancel()
  statement.cancelled = null
  statement.strings = ['select']
  statement.args = []
}

export function unavailable(cause: unknown): AppError {
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
