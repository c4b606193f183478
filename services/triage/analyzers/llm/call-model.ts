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
const PARK_MS = 35_000

/** How many leads are asked about or wait for it in one worker. */
export function maxModelCalls(concurrency: number): number {
  return concurrency * (1 + WAITING_PER_PLACE)
}

/** Spread out: leads that were parked together would come back together, and all but a few be parked again. */
function parkMs(random = Math.random()): number {
  return Math.round(PARK_MS * (1 + random))
}

/**
 * Asks the model: a bounded number at a time, again after a passing fault, and not at all while it fails every time.
 *
 * @throws SnoozeError when the model cannot be had now; TerminalError; the signal's reason
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
      throw toFailure(error)
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

function toFailure(error: unknown): unknown {
  if (error instanceof BulkheadRejectedError) {
    return new SnoozeError('too many notes wait for the model', parkMs(), { cause: error })
  }
  if (error instanceof BrokenCircuitError) {
    return new SnoozeError('the model failed again and again and is not asked for a while', parkMs(), {
      cause: error,
    })
  }
  if (!(error instanceof ModelError)) return error
  if (error.status === 401 || error.status === 403 || error.status === 404) {
    const advice = 'check LLM_API_KEY, LLM_BASE_URL and LLM_MODEL'
    return new SnoozeError(`${error.message}: ${advice}`, parkMs(), { cause: error })
  }
  if (!error.isPassing) return error
  return new SnoozeError(`the model cannot be had: ${error.message}`, error.retryAfterMs ?? parkMs(), {
    cause: error,
  })
}
