import { isOurTrouble } from '../errors/app-error.ts'

/** Thrown by a handler when no other try can succeed: the message goes to the dead letters at once. */
export class TerminalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TerminalError'
  }
}

/** Thrown by a handler that knows when another try makes sense: a rate limit, say, that ends in a minute. */
export class RetryLaterError extends Error {
  readonly retryAfterMs: number

  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(message, options)
    this.name = 'RetryLaterError'
    this.retryAfterMs = retryAfterMs
  }
}

/**
 * What becomes of a message whose handling failed:
 * - `hold`: something we stand on is away (Postgres, say). The fault is not the message's: the worker keeps it and tries again.
 * - `retry`: it may have been the message; deliver it again after `delayMs`, a limited number of times.
 * - `park`: as `retry`, but too long to wait in the queue, where it would take the place of others.
 * - `dead_letter`: no other try can succeed, or this was the last.
 */
export type Fate =
  | { readonly kind: 'hold' | 'dead_letter' }
  | { readonly kind: 'retry' | 'park'; readonly delayMs: number }

/** A message that waits in the queue counts as in hand (`max_ack_pending`); longer than this it is parked instead. */
const MAX_NAK_DELAY_MS = 30_000

/** @param attempts how often the message has been tried, this time included */
export function fateOf(error: unknown, attempts: number, maxAttempts: number): Fate {
  if (error instanceof TerminalError) return { kind: 'dead_letter' }
  if (isOurTrouble(error)) return { kind: 'hold' }
  if (attempts >= maxAttempts) return { kind: 'dead_letter' }
  const delayMs = error instanceof RetryLaterError ? Math.max(error.retryAfterMs, MIN_DELAY_MS) : backoffMs(attempts)
  return { kind: delayMs > MAX_NAK_DELAY_MS ? 'park' : 'retry', delayMs }
}

/** Never at once: five deliveries would be gone within milliseconds. */
const MIN_DELAY_MS = 25
const BASE_DELAY_MS = 250
const MAX_DELAY_MS = 30_000

/**
 * How long to wait before try number `attempt` + 1: exponential with full jitter, so that what failed
 * together does not come back together. Never zero.
 *
 * @param random a number from 0 to 1
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(attempt: number, random = Math.random()): number {
  const ceiling = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** Math.min(attempt, 20))
  return Math.ceil(ceiling / 10 + (random * ceiling * 9) / 10)
}
