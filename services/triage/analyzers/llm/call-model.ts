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
import { RetryLaterError } from '../../../../lib/mailbox/failure.ts'
import type { Chat, Completion, Message } from './chat.ts'
import { ModelError } from './model-error.ts'

export interface CallModelOptions {
  readonly chat: Chat
  readonly concurrency: number
  /** Told when the breaker opens, and when it closes. */
  readonly onBreaker?: (open: boolean) => void
}

/** Tries within one call; what is longer than a moment is the mailbox's to wait for. */
const RETRIES = 2
const LONGEST_PAUSE_MS = 2_000
/** So many failures in a row, and nobody asks for a while. */
const BREAKER_FAILURES = 5
const BREAKER_OPEN_MS = 15_000
/** Leads that wait for a free place in the worker; more are parked, so that they don't keep new ones out. */
const WAITING_PER_PLACE = 4
/** Longer than the queue's own waits, so that the lead is parked and not in others' way. */
const PARKED_MS = 35_000

/**
 * Asks the model: a bounded number at a time, again after a passing fault, and not at all while it fails every time.
 *
 * @throws RetryLaterError when the model cannot be had now; TerminalError; the signal's reason
 */
export function createModelCalls({ chat, concurrency, onBreaker }: CallModelOptions): Chat {
  const passing = handleWhen(isPassing)
  const breaker = circuitBreaker(passing, {
    halfOpenAfter: BREAKER_OPEN_MS,
    breaker: new ConsecutiveBreaker(BREAKER_FAILURES),
  })
  breaker.onStateChange((state) => onBreaker?.(state === CircuitState.Open))
  const again = retry(passing, {
    maxAttempts: RETRIES,
    backoff: { next: (context) => pauseAfter(context) },
  })
  const policy: IPolicy = wrap(bulkhead(concurrency, concurrency * WAITING_PER_PLACE), again, breaker)

  return async (messages: readonly Message[], signal: AbortSignal): Promise<Completion> => {
    signal.throwIfAborted()
    try {
      return await policy.execute(({ signal: inner }) => chat(messages, inner), signal)
    } catch (error) {
      signal.throwIfAborted() // whatever was thrown, the caller asked for its own reason
      throw toFate(error)
    }
  }
}

function isPassing(error: Error): boolean {
  return error instanceof ModelError && error.isPassing
}

/** Cockatiel asks for the pause before the next try; one that the server wants longer is not waited for here. */
function pauseAfter({ attempt, result }: { attempt: number; result: unknown }) {
  const error = result !== null && typeof result === 'object' && 'error' in result ? result.error : undefined
  const wanted = error instanceof ModelError ? error.retryAfterMs : undefined
  const duration = Math.min(LONGEST_PAUSE_MS, wanted ?? 150 * 2 ** attempt)
  return { duration, next: pauseAfter }
}

function toFate(error: unknown): unknown {
  if (error instanceof BulkheadRejectedError) {
    return new RetryLaterError('too many notes wait for the model', PARKED_MS, { cause: error })
  }
  if (error instanceof BrokenCircuitError) {
    return new RetryLaterError('the model failed again and again and is left alone for a while', PARKED_MS, {
      cause: error,
    })
  }
  if (!(error instanceof ModelError)) return error
  if (error.status === 401 || error.status === 403 || error.status === 404) {
    const advice = 'check LLM_API_KEY, LLM_BASE_URL and LLM_MODEL'
    return new RetryLaterError(`${error.message}: ${advice}`, PARKED_MS, { cause: error })
  }
  if (!error.isPassing) return error
  return new RetryLaterError(`the model cannot be had: ${error.message}`, error.retryAfterMs ?? PARKED_MS, {
    cause: error,
  })
}
