import type { ServerResponse } from 'node:http'
import { AppError, ErrorCode } from '../../errors/app-error.ts'

/** Node's timers reach no further; a deadline behind it is none. */
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * A signal that aborts when the client goes away before its answer was sent, or when its deadline has passed; `release`
 * removes the listener and the timer. (Fastify's own `request.signal` aborts as soon as the body has been read.)
 *
 * @param timeoutMs from now to the deadline that the client set; the signal's reason is then `deadline_exceeded`
 */
export function abortWhenClosed(
  response: ServerResponse,
  timeoutMs: number = Number.POSITIVE_INFINITY,
): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController()
  const onClose = () => controller.abort()
  const onDeadline = () => controller.abort(deadlineExceeded())
  response.once('close', onClose)
  const timer = timeoutMs > 0 && timeoutMs <= MAX_TIMER_MS ? setTimeout(onDeadline, timeoutMs) : undefined
  if (timeoutMs <= 0) onDeadline()
  const release = () => {
    response.off('close', onClose)
    clearTimeout(timer)
  }
  return { signal: controller.signal, release }
}

function deadlineExceeded(): AppError {
  return new AppError(ErrorCode.DeadlineExceeded, "The call's deadline passed before it was answered.")
}
