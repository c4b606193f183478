import type { ServerResponse } from 'node:http'
import { AppError, ErrorCode } from '../../errors/app-error.ts'

/** The longest delay that a Node timer supports, about 25 days. A longer deadline is ignored. */
export const MAX_TIMER_MS = 2 ** 31 - 1

interface AbortWhenClosed {
  readonly signal: AbortSignal
  readonly abort: (reason: AppError) => void
  readonly release: () => void
}

/**
 * Creates a signal that aborts when the client disconnects before the response is sent, or when its deadline passes.
 * `release` removes the listeners and the timer. Fastify's own `request.signal` aborts once the body has been read.
 *
 * @param timeoutMs the time until the client's deadline; the signal's reason is then an AppError `deadline_exceeded`
 * @param stopping aborts the signal as well, with its reason; for streams, which a stopping server must end
 */
export function abortWhenClosed(
  response: ServerResponse,
  timeoutMs: number = Number.POSITIVE_INFINITY,
  stopping?: AbortSignal,
): AbortWhenClosed {
  const controller = new AbortController()
  const onClose = () => controller.abort()
  const onDeadline = () => controller.abort(deadlineExceeded())
  const onStop = () => controller.abort(stopping?.reason)
  response.once('close', onClose)
  const timer = timeoutMs > 0 && timeoutMs <= MAX_TIMER_MS ? setTimeout(onDeadline, timeoutMs) : undefined
  if (timeoutMs <= 0) onDeadline()
  stopping?.addEventListener('abort', onStop)
  if (stopping?.aborted) onStop()
  const release = () => {
    response.off('close', onClose)
    clearTimeout(timer)
    stopping?.removeEventListener('abort', onStop)
  }
  return { signal: controller.signal, abort: (reason) => controller.abort(reason), release }
}

export function deadlineExceeded(): AppError {
  return new AppError(ErrorCode.DeadlineExceeded, "The call's deadline passed before it completed.")
}
