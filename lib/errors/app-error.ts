/**
 * The closed set of what can go wrong from a caller's point of view. `status-codes.ts` maps each to
 * HTTP and gRPC; the same word stands in the `code` of problem details and, in upper case, in the
 * `reason` of google.rpc.ErrorInfo.
 */
export const ErrorCode = {
  /** Not HTTP that can be parsed. */
  BadRequest: 'bad_request',
  InvalidRequest: 'invalid_request',
  HeadersTooLarge: 'headers_too_large',
  PayloadTooLarge: 'payload_too_large',
  UnsupportedMediaType: 'unsupported_media_type',
  ExpectationFailed: 'expectation_failed',
  RouteNotFound: 'route_not_found',
  MethodNotAllowed: 'method_not_allowed',
  ServiceNotFound: 'service_not_found',
  LeadNotFound: 'lead_not_found',
  InsightPending: 'insight_pending',
  /** The lead is a dead letter: no insight comes unless it is redriven. */
  InsightFailed: 'insight_failed',
  DeadLetterNotFound: 'dead_letter_not_found',
  IdempotencyConflict: 'idempotency_conflict',
  Overloaded: 'overloaded',
  Unavailable: 'unavailable',
  Cancelled: 'cancelled',
  /** The request did not arrive in time. */
  RequestTimeout: 'request_timeout',
  /** The deadline that the caller set has passed. */
  DeadlineExceeded: 'deadline_exceeded',
  Internal: 'internal',
} as const
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode]

/** One fault of a request. */
export interface Violation {
  /** The field at fault, for example `email` or `requests[3].lead.note`. */
  readonly path: string
  /** What is wrong and what would be right. */
  readonly message: string
}

/** What else a program may want to know of an error; stands in problem details and in google.rpc.ErrorInfo. */
export interface ErrorMetadata {
  /** Why the lead of an `insight_failed` is a dead letter: `failed` or `delivery_limit`. */
  readonly dead_letter_reason?: string
}

interface AppErrorOptions {
  readonly cause?: unknown
  readonly violations?: readonly Violation[]
  /** When another try makes sense. */
  readonly retryAfterSeconds?: number
  readonly metadata?: ErrorMetadata
}

/** An error whose message may leave the process. The cause stays inside and is only logged. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly violations: readonly Violation[]
  readonly retryAfterSeconds: number | undefined
  readonly metadata: ErrorMetadata

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = 'AppError'
    this.code = code
    this.violations = options.violations ?? []
    this.retryAfterSeconds = options.retryAfterSeconds
    this.metadata = options.metadata ?? {}
  }
}

/** The funnel at a boundary: whatever was thrown becomes an AppError, the unforeseen an `internal` one. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof Error && error.name === 'AbortError') {
    return new AppError(ErrorCode.Cancelled, 'The call was cancelled.', { cause: error })
  }
  return new AppError(ErrorCode.Internal, 'Something went wrong on our side.', { cause: error })
}

/** Whether something we stand on is away or too busy, so that what was asked for is not to blame. */
export function isTransient(error: unknown): boolean {
  return error instanceof AppError && (error.code === ErrorCode.Unavailable || error.code === ErrorCode.Overloaded)
}
