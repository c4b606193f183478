import { isTransient } from '../errors/app-error.ts'

/** Thrown by a handler when no other attempt can succeed: the message is dead-lettered at once. */
export class TerminalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TerminalError'
  }
}

/** Thrown by a handler that waits for capacity: a rate limit, or a model that is away. It counts as no attempt. */
export class SnoozeError extends Error {
  readonly retryAfterMs: number

  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SnoozeError'
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * What a failure means for its message:
 * - `hold`: something that we stand on is away (PostgreSQL, say). The worker keeps the message and tries again.
 * - `snooze`: it waits for capacity. Delivered again after `delayMs`, as often as it takes; no attempt.
 * - `transient`: it may have been the message. Delivered again, a limited number of times.
 * - `terminal`: no other attempt can succeed.
 */
export type Failure =
  | { readonly kind: 'hold' | 'transient' | 'terminal' }
  | { readonly kind: 'snooze'; readonly delayMs: number }

export function classifyFailure(error: unknown): Failure {
  if (error instanceof TerminalError) return { kind: 'terminal' }
  if (error instanceof SnoozeError) return { kind: 'snooze', delayMs: Math.max(error.retryAfterMs, MIN_DELAY_MS) }
  return { kind: isTransient(error) ? 'hold' : 'transient' }
}

/** A message that waits in the queue counts as in flight (`max_ack_pending`); longer than this it is parked instead. */
export const MAX_DELAY_MS = 30_000
/** Never at once: five deliveries would be gone within milliseconds. */
const MIN_DELAY_MS = 25
const BASE_DELAY_MS = 250

/**
 * How long to wait after attempt number `attempt`: exponential with full jitter, so that what failed together does not
 * come back together. Never zero, and {@link MAX_DELAY_MS} at the most.
 *
 * @param random a number from 0 to 1
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(attempt: number, random = Math.random()): number {
  const ceiling = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** Math.min(attempt, 20))
  return Math.ceil(ceiling / 10 + (random * ceiling * 9) / 10)
}
