import type { ServerResponse } from 'node:http'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'

/** Cancels an import that makes no progress. */
export interface IdleTimeout {
  /** Aborts when the timeout expires. */
  readonly signal: AbortSignal
  /** Restarts the timeout. Call it for received rows and for response lines the client reads, not for single bytes. */
  refresh(): void
}

/**
 * Starts the idle timeout of an import. If the client does not read the response, or does not read its end after the
 * import was cancelled, the connection is closed instead.
 *
 * @param idleTimeoutMs must exceed the time that a list is retried while PostgreSQL is unreachable
 */
export function startIdleTimeout(response: ServerResponse, idleTimeoutMs: number): IdleTimeout {
  const controller = new AbortController()
  const timer = setInterval(() => {
    if (!controller.signal.aborted && !response.writableNeedDrain) {
      controller.abort(new AppError(ErrorCode.Cancelled, `No row was received for ${idleTimeoutMs / 1_000} seconds.`))
      return
    }
    clearInterval(timer)
    response.destroy()
  }, idleTimeoutMs).unref()
  response.once('close', () => clearInterval(timer))
  return { signal: controller.signal, refresh: () => void timer.refresh() }
}
