import type { ServerResponse } from 'node:http'
import { AppError, ErrorCode } from '../../../lib/errors/app-error.ts'

/** Ends an import in which nothing moves. */
export interface IdleWatch {
  /** Aborts when nothing has moved for so long. */
  readonly signal: AbortSignal
  /** To be called for rows that have arrived, and for lines of the answer that are asked for: single bytes do not count. */
  moved(): void
}

/**
 * Watches that an import goes on. When it is the client that does not read, there is nobody to tell, and the connection is
 * closed; so it is when nobody reads the end of an import that was ended.
 *
 * @param idleTimeoutMs longer than a list waits for the database: while it does nothing moves either, and the client is not
 *   to blame
 */
export function watchIdle(response: ServerResponse, idleTimeoutMs: number): IdleWatch {
  const controller = new AbortController()
  const timer = setInterval(() => {
    if (!controller.signal.aborted && !response.writableNeedDrain) {
      controller.abort(new AppError(ErrorCode.Cancelled, `No row has arrived for ${idleTimeoutMs / 1_000} seconds.`))
      return
    }
    clearInterval(timer)
    response.destroy()
  }, idleTimeoutMs).unref()
  response.once('close', () => clearInterval(timer))
  return { signal: controller.signal, moved: () => void timer.refresh() }
}
