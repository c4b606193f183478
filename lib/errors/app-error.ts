/**
 * The closed set of errors that callers can see. `status-codes.ts` maps each code to HTTP and gRPC. The code appears as
 * `code` in problem details and, in upper case, as `reason` in google.rpc.ErrorInfo.
 */
export const ErrorCode = {
  /** The request cannot be parsed as HTTP. */
  BadRequest: 'bad_request',
  InvalidRequest: 'invalid_request',
  /** The call has no valid credential. */
  Unauthenticated: 'unauthenticated',
  /** The credential is valid but does not permit the call. */
  PermissionDenied: 'permission_denied',
  /** The client or its address has made too many calls. */
  RateLimited: 'rate_limited',
  HeadersTooLarge: 'headers_too_large',
  PayloadTooLarge: 'payload_too_large',
  UnsupportedMediaType: 'unsupported_media_type',
  ExpectationFailed: 'expectation_failed',
  RouteNotFound: 'route_not_found',
  MethodNotAllowed: 'method_not_allowed',
  ServiceNotFound: 'service_not_found',
  LeadNotFound: 'lead_not_found',
  /** The lead of this idempotency key was erased; the key stays blocked. */
  LeadErased: 'lead_erased',
  InsightPending: 'insight_pending',
  /** The lead is a dead letter and gets no insight unless it is redriven. */
  InsightFailed: 'insight_failed',
  DeadLetterNotFound: 'dead_letter_not_found',
  KeyNotFound: 'key_not_found',
  IdempotencyConflict: 'idempotency_conflict',
  Overloaded: 'overloaded',
  Unavailable: 'unavailable',
  Cancelled: 'cancelled',
  /** The request did not arrive in time. */
  RequestTimeout: 'request_timeout',
  /** The deadline set by the caller has passed. */
  DeadlineExceeded: 'deadline_exceeded',
  Internal: 'internal',
} as const
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode]

/** One validation error of a request. */
export interface Violation {
  /** The invalid field, for example `email` or `requests[3].lead.note`. */
  readonly path: string
  /** What is wrong, or what is expected. */
  readonly message: string
}

/** Additional machine-readable fields, included in problem details and in google.rpc.ErrorInfo. */
export interface ErrorMetadata {
  /** Why the lead of an `insight_failed` is a dead letter: `failed` or `delivery_limit`. */
  readonly dead_letter_reason?: string
}

interface AppErrorOptions {
  readonly cause?: unknown
  readonly violations?: readonly Violation[]
  /** How long the caller should wait before it retries. */
  readonly retryAfterSeconds?: number
  readonly metadata?: ErrorMetadata
}

/** An error whose message may be shown to callers. The cause is internal and never sent. */
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

/** Converts anything thrown into an AppError. Unexpected errors become `internal`, with the original as the cause. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (error instanceof Error && error.name === 'AbortError') {
    return new AppError(ErrorCode.Cancelled, 'The call was cancelled.', { cause: error })
  }
  return new AppError(ErrorCode.Internal, 'Something went wrong on our side.', { cause: error })
}

/** Whether a dependency is unreachable or overloaded, so that a retry of the same request may succeed. */
export function isTransient(error: unknown): boolean {
  return error instanceof AppError && (error.code === ErrorCode.Unavailable || error.code === ErrorCode.Overloaded)
}
