import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai'

/**
 * A failed request to the model server. It has neither the server's message nor a cause: those may quote the note, and
 * this error appears in logs and dead letters.
 */
export class ModelError extends Error {
  /** The HTTP status, if there was a response. */
  readonly status: number | undefined
  /** From the `Retry-After` header. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, { status, retryAfterMs }: { status?: number; retryAfterMs?: number | undefined } = {}) {
    super(message)
    this.name = 'ModelError'
    this.status = status
    this.retryAfterMs = retryAfterMs
  }

  /** Whether a retry may succeed, since the error is not caused by the note. */
  get isTransient(): boolean {
    return this.status === undefined || this.status === 408 || this.status === 429 || this.status >= 500
  }
}

/**
 * Error codes that are safe to log. Other codes are dropped, since a server may put parts of the note there.
 * @see https://platform.openai.com/docs/guides/error-codes
 */
const KNOWN_CODES: ReadonlySet<unknown> = new Set([
  'content_filter',
  'context_length_exceeded',
  'insufficient_quota',
  'invalid_api_key',
  'invalid_request_error',
  'model_not_found',
  'rate_limit_exceeded',
  'unsupported_parameter',
  'unsupported_value',
])

/** Converts errors of the OpenAI client. @returns undefined for any other error */
export function toModelError(error: unknown): ModelError | undefined {
  if (error instanceof APIConnectionTimeoutError || error instanceof APIUserAbortError) return timedOut()
  if (error instanceof APIConnectionError) {
    return new ModelError(`the connection to the model server failed${inBrackets(systemCode(error))}`)
  }
  if (error instanceof APIError) return fromStatus(error)
  if (error instanceof SyntaxError) return new ModelError('the response of the model server is not JSON')
  if (!(error instanceof Error)) return undefined
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return timedOut()
  // Node's fetch throws a TypeError when the connection closes during the response
  if (error instanceof TypeError) return new ModelError('the model server closed the connection during its response')
  return undefined
}

function fromStatus(error: APIError): ModelError {
  const { status } = error
  if (status === undefined) return new ModelError('the model server returned an error')
  const code = KNOWN_CODES.has(error.code) ? String(error.code) : undefined
  return new ModelError(`the model server returned ${status}${inBrackets(code)}`, {
    status,
    retryAfterMs: retryAfterMs(error),
  })
}

function timedOut(): ModelError {
  return new ModelError('the model server did not respond within LLM_TIMEOUT_MS')
}

/** The system error code, for example `ECONNREFUSED`. */
function systemCode(error: Error): string | undefined {
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(cause.code)) return cause.code
  }
  return undefined
}

function inBrackets(word: string | undefined): string {
  return word === undefined ? '' : ` (${word})`
}

/** `Retry-After` in milliseconds, as seconds or as a date (RFC 9110, 10.2.3). */
function retryAfterMs({ headers }: APIError): number | undefined {
  const header = headers?.get('retry-after')
  if (!header) return undefined
  const seconds = Number(header)
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
