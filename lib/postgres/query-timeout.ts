import { AppError, ErrorCode } from '../errors/app-error.ts'
import { TLS_FAILED } from './tls-socket.ts'

/** Error codes of the driver, and of our socket, without a connection. */
const DRIVER_CODES = new Set([
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  TLS_FAILED,
])
/** Error codes of the operating system for an unreachable server. */
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
 * SQLSTATEs after which a retry may succeed: connection exceptions (08), insufficient resources (53), cancelled or
 * shutting down (57), deadlock and serialization failures (40), a lock that was not released in time (55P03), and a
 * server that has just become read-only (25006).
 */
const SQLSTATE = /^(?:08|53|57|40)[0-9A-Z]{3}$|^(?:55P03|25006)$/

/** A caller must receive an error within two seconds, even from a server that hangs. */
const QUERY_TIMEOUT_MS = 1_800

/** A deadline shared by several statements. */
export interface Deadline {
  /** 0 when it has passed, never negative: Node warns about negative timeouts. */
  leftMs(): number
}

export function createDeadline(timeoutMs = QUERY_TIMEOUT_MS): Deadline {
  const end = performance.now() + timeoutMs
  return { leftMs: () => Math.max(0, end - performance.now()) }
}

/**
 * Waits for a statement with a timeout, and turns transient errors into `unavailable`. A statement that was not yet
 * sent is cancelled and never executed. One that was sent may still be executed, so after `unavailable` a write may or
 * may not have happened; write-fence.ts prevents it from running concurrently with its retry.
 *
 * @param query a single statement; a promise over several cannot be cancelled
 * @throws AppError `unavailable` if PostgreSQL is unreachable or does not respond within `timeoutMs`; other errors
 *   unchanged
 */
export async function withQueryTimeout<T>(query: Promise<T>, timeoutMs = QUERY_TIMEOUT_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(unavailable(new Error(`query timed out after ${Math.round(timeoutMs)} ms`)))
      if (isStatement(query)) cancelUnsent(query)
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

/** A statement inside the driver (3.4.9), whose types declare only `cancel`. */
interface Statement {
  /** State of the connection it was sent on; null before it is sent. */
  readonly state: { readonly pid: number } | null
  strings: readonly string[]
  args: readonly unknown[]
  cancelled: unknown
  cancel(): void
}

function isStatement(query: object): query is Statement {
  return 'state' in query && 'cancelled' in query && 'cancel' in query
}

/** The process id of the backend that a statement was sent to; undefined if it was not sent. */
export function backendOf(query: object): number | undefined {
  return isStatement(query) ? query.state?.pid : undefined
}

/**
 * Removes a statement from the driver's queue. A statement that a connection is being opened for is in no queue; if it
 * stayed marked as cancelled, the driver would skip it once connected and never use that connection again. It is
 * therefore sent as a no-op.
 */
function cancelUnsent(statement: Statement): void {
  if (statement.state !== null) return
  statement.cancel()
  statement.cancelled = null
  statement.strings = ['select']
  statement.args = []
}

export function unavailable(cause: unknown): AppError {
  return new AppError(ErrorCode.Unavailable, 'The database is unreachable right now; try again.', {
    cause,
    retryAfterSeconds: 1,
  })
}

function isPostgresUnavailable(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false
  const code = String(error.code)
  return DRIVER_CODES.has(code) || SYSTEM_CODES.has(code) || SQLSTATE.test(code)
}
