import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  type IPolicy,
  retry,
  wrap,
} from 'cockatiel'
import { SnoozeError } from '../../../../lib/mailbox/failure.ts'
import type { Chat, Completion, Message } from './chat.ts'
import { ModelError } from './model-error.ts'

export interface CallModelOptions {
  readonly chat: Chat
  readonly concurrency: number
  /** Called when the circuit breaker opens or closes. */
  readonly onBreaker?: (open: boolean) => void
}

/** Retries within one call, for short outages; the mailbox retries after longer ones. */
const RETRIES = 2
const MAX_RETRY_DELAY_MS = 2_000
/** Consecutive failures that open the circuit breaker. */
const BREAKER_FAILURES = 5
const BREAKER_OPEN_MS = 15_000
/** Notes per concurrent call that may wait in the worker; more are parked, so that they do not block new leads. */
const QUEUED_PER_CALL = 4
/** Longer than the maximum redelivery delay of the queue, so that the lead is parked and frees its place in flight. */
const PARK_MS = 35_000

/** Maximum number of notes per worker in a model call or waiting for one. */
export function maxModelCalls(concurrency: number): number {
  return concurrency * (1 + QUEUED_PER_CALL)
}

/** With jitter: leads that were parked together would be retried together, and most of them parked again. */
function parkMs(random = Math.random()): number {
  return Math.round(PARK_MS * (1 + random))
}

/**
 * Wraps a chat in a concurrency limit, retries of transient errors, and a circuit breaker.
 *
 * The returned function throws SnoozeError when the model is unavailable, TerminalError, or the signal's reason.
 */
export function createModelCalls({ chat, concurrency, onBreaker }: CallModelOptions): Chat {
  const transient = handleWhen(isTransient)
  const breaker = circuitBreaker(transient, {
    halfOpenAfter: BREAKER_OPEN_MS,
    breaker: new ConsecutiveBreaker(BREAKER_FAILURES),
  })
  breaker.onStateChange((state) => onBreaker?.(state === CircuitState.Open))
  const retries = retry(transient, {
    maxAttempts: RETRIES,
    backoff: { next: (context) => delayAfter(context) },
  })
  const policy: IPolicy = wrap(bulkhead(concurrency, concurrency * QUEUED_PER_CALL), retries, breaker)

  return async (messages: readonly Message[], signal: AbortSignal): Promise<Completion> => {
    signal.throwIfAborted()
    try {
      return await policy.execute(({ signal: inner }) => chat(messages, inner), signal)
    } catch (error) {
      signal.throwIfAborted() // after an abort, throw the signal's reason instead of cockatiel's error
      throw toFailure(error)
    }
  }
}

function isTransient(error: Error): boolean {
  return error instanceof ModelError && error.isTransient
}

/**
 * The backoff before the next attempt: the server's Retry-After or exponential, capped at {@link MAX_RETRY_DELAY_MS}.
 */
function delayAfter({ attempt, result }: { attempt: number; result: unknown }) {
  const error = result !== null && typeof result === 'object' && 'error' in result ? result.error : undefined
  const retryAfterMs = error instanceof ModelError ? error.retryAfterMs : undefined
  const duration = Math.min(MAX_RETRY_DELAY_MS, retryAfterMs ?? 150 * 2 ** attempt)
  return { duration, next: delayAfter }
}

function toFailure(error: unknown): unknown {
  if (error instanceof BulkheadRejectedError) {
    return new SnoozeError('too many notes are waiting for the model', parkMs(), { cause: error })
  }
  if (error instanceof BrokenCircuitError) {
    return new SnoozeError('the circuit breaker of the model is open after repeated failures', parkMs(), {
      cause: error,
    })
  }
  if (!(error instanceof ModelError)) return error
  if (error.status === 401 || error.status === 403 || error.status === 404) {
    const advice = 'check LLM_API_KEY, LLM_BASE_URL and LLM_MODEL'
    return new SnoozeError(`${error.message}: ${advice}`, parkMs(), { cause: error })
  }
  if (!error.isTransient) return error
  return new SnoozeError(`the model is unavailable: ${error.message}`, error.retryAfterMs ?? parkMs(), {
    cause: error,
  })
}
