import { isTransient } from '../errors/app-error.ts'

/** Thrown by a handler when no retry can succeed. The message is dead-lettered at once. */
export class TerminalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TerminalError'
  }
}

/** Thrown by a handler waiting for capacity: a rate limit or an unavailable model. It is not counted as an attempt. */
export class SnoozeError extends Error {
  readonly retryAfterMs: number

  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SnoozeError'
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * What to do with a message after a failure:
 * - `hold`: a transient error, such as PostgreSQL being unreachable. The worker keeps the message and retries.
 * - `snooze`: it waits for capacity. Redelivered after `delayMs`, without a limit; not an attempt.
 * - `retry`: the message may be the cause. Redelivered a limited number of times.
 * - `terminal`: no retry can succeed.
 */
export type Failure =
  | { readonly kind: 'hold' | 'retry' | 'terminal' }
  | { readonly kind: 'snooze'; readonly delayMs: number }

export function classifyFailure(error: unknown): Failure {
  if (error instanceof TerminalError) return { kind: 'terminal' }
  if (error instanceof SnoozeError) return { kind: 'snooze', delayMs: Math.max(error.retryAfterMs, MIN_DELAY_MS) }
  return { kind: isTransient(error) ? 'hold' : 'retry' }
}

/** A delayed message counts as in flight (`max_ack_pending`), so longer delays are parked instead. */
export const MAX_DELAY_MS = 30_000
/** Never zero: without a delay, five deliveries take only milliseconds. */
const MIN_DELAY_MS = 25
const BASE_DELAY_MS = 250

/**
 * The delay after attempt number `attempt`: exponential backoff with jitter, from a tenth of the ceiling to the
 * ceiling, so that messages that failed together are not retried together. At most {@link MAX_DELAY_MS}.
 *
 * @param random a number from 0 to 1
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(attempt: number, random = Math.random()): number {
  const ceiling = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** Math.min(attempt, 20))
  return Math.ceil(ceiling / 10 + (random * ceiling * 9) / 10)
}
