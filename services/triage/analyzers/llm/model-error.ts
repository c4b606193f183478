import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai'

/**
 * The model's server could not be asked, or did not answer well. The message is ours alone, and there is no cause: what
 * the server says may quote the note, and this goes into logs and dead letters.
 */
export class ModelError extends Error {
  /** The HTTP status, when there was an answer with one. */
  readonly status: number | undefined
  /** How long the server wants to be left alone. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, { status, retryAfterMs }: { status?: number; retryAfterMs?: number | undefined } = {}) {
    super(message)
    this.name = 'ModelError'
    this.status = status
    this.retryAfterMs = retryAfterMs
  }

  /** Whether it is a fault of the moment, which says nothing about the note. */
  get isPassing(): boolean {
    return this.status === undefined || this.status === 408 || this.status === 429 || this.status >= 500
  }
}

/**
 * What servers call their reasons; a word that is none of these is not repeated, for it may be anybody's.
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

/** The funnel for whatever the client throws. @returns undefined when it is nothing that a client throws */
export function toModelError(error: unknown): ModelError | undefined {
  if (error instanceof APIConnectionTimeoutError || error instanceof APIUserAbortError) return tooSlow()
  if (error instanceof APIConnectionError) {
    return new ModelError(`the connection to the model's server failed${inBrackets(systemCode(error))}`)
  }
  if (error instanceof APIError) return fromStatus(error)
  if (error instanceof SyntaxError) return new ModelError("the model's server answers with what is not JSON")
  if (!(error instanceof Error)) return undefined
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return tooSlow()
  // as Node's fetch says that an answer broke off
  if (error instanceof TypeError) return new ModelError("the answer of the model's server broke off")
  return undefined
}

function fromStatus(error: APIError): ModelError {
  const { status } = error
  if (status === undefined) return new ModelError("the model's server answers with an error")
  const code = KNOWN_CODES.has(error.code) ? String(error.code) : undefined
  return new ModelError(`the model's server answers ${status}${inBrackets(code)}`, {
    status,
    retryAfterMs: retryAfterMs(error),
  })
}

function tooSlow(): ModelError {
  return new ModelError("the model's server has not answered within LLM_TIMEOUT_MS")
}

/** The name that the system has for the fault, `ECONNREFUSED` for example. */
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
