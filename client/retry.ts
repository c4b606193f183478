import type { CallOptions as ConnectCallOptions } from '@connectrpc/connect'
import { isRetryable, toLeadtriageError } from './errors.ts'

/** Options of every call. */
export interface CallOptions {
  /** Ends the call, also while it waits for a retry: it then rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined
  /** The deadline of the call with its retries. Default: that of the client. */
  readonly timeoutMs?: number | undefined
}

export interface RetryOptions {
  /** The deadline of a call with its retries. */
  readonly timeoutMs: number
  /** The deadline of one attempt. */
  readonly attemptTimeoutMs: number
  /** How many attempts may follow the first one. */
  readonly retries: number
  /** The headers of an attempt. */
  readonly headers: () => Promise<Record<string, string>>
}

interface AttemptOptions extends CallOptions {
  /** How long the service may take to answer because it waits for something. Extends the deadlines. Default: 0. */
  readonly waitMs?: number | undefined
  /** The key of what the call stores, for the error. */
  readonly idempotencyKey?: string | undefined
}

/** Makes attempts at a call until one succeeds, an error is final, or retries or time are used up. */
export type Caller = <T>(attempt: (options: ConnectCallOptions) => Promise<T>, options?: AttemptOptions) => Promise<T>

/** Durations are measured by this machine's monotonic clock, never by the time of a service. */
export function createCaller(defaults: RetryOptions): Caller {
  return async (attempt, { signal, timeoutMs = defaults.timeoutMs, waitMs = 0, idempotencyKey } = {}) => {
    const deadline = performance.now() + timeoutMs + waitMs
    for (let failures = 0; ; failures++) {
      signal?.throwIfAborted()
      const leftMs = deadline - performance.now()
      const attemptMs = Math.max(1, Math.ceil(Math.min(leftMs, defaults.attemptTimeoutMs + waitMs)))
      try {
        const headers = await defaults.headers()
        return await attempt({ headers, timeoutMs: attemptMs, ...(signal && { signal }) })
      } catch (thrown) {
        signal?.throwIfAborted()
        const error = toLeadtriageError(thrown, idempotencyKey)
        const delayMs = retryDelayMs(failures, error.retryAfterMs)
        const isLast = failures >= defaults.retries || performance.now() + delayMs >= deadline
        if (isLast || !isRetryable(error)) throw error
        await sleep(delayMs, signal)
      }
    }
  }
}

const BASE_MS = 200
const MAX_MS = 10_000

/**
 * Exponential back-off with full jitter: up to 0.2 s, 0.4 s, 0.8 s, … 10 s. A delay that the service asks for is a
 * minimum, so that its callers return spread over the time after it.
 *
 * @param failures how many attempts failed before
 */
export function retryDelayMs(failures: number, retryAfterMs = 0, random = Math.random): number {
  return retryAfterMs + random() * Math.min(MAX_MS, BASE_MS * 2 ** failures)
}

/** Rejects with the reason of the signal as soon as it aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    if (signal?.aborted) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
}
