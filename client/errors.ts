import { Code, ConnectError } from '@connectrpc/connect'
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from '../gen/google/rpc/error_details_pb.ts'
import { millisecondsOf } from './times.ts'

/**
 * Why a call failed: a code of leadtriage, which is the same in every protocol, or `connection_failed` when there was
 * no response, or only a part of one. A newer service may have codes that this type does not name.
 */
export type LeadtriageErrorCode =
  | 'invalid_request'
  | 'unauthenticated'
  | 'permission_denied'
  | 'rate_limited'
  | 'payload_too_large'
  | 'lead_not_found'
  | 'lead_erased'
  | 'insight_pending'
  | 'insight_failed'
  | 'idempotency_conflict'
  | 'overloaded'
  | 'unavailable'
  | 'cancelled'
  | 'request_timeout'
  | 'deadline_exceeded'
  | 'internal'
  | 'connection_failed'
  | (string & {})

/** One validation error of a request. */
export interface Violation {
  /** The invalid field, for example `lead.email`. */
  readonly path: string
  /** What is wrong, or what is expected. */
  readonly message: string
}

interface ErrorDetails {
  readonly violations?: readonly Violation[]
  readonly requestId?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly deadLetterReason?: string | undefined
  readonly idempotencyKey?: string | undefined
  readonly cause?: unknown
}

/** A call that failed, after its retries. */
export class LeadtriageError extends Error {
  readonly code: LeadtriageErrorCode
  /** What is wrong with the request; empty unless the code is `invalid_request`, or of an item of a batch. */
  readonly violations: readonly Violation[]
  /** Names the call in the logs of the service. Undefined if there was no response. */
  readonly requestId: string | undefined
  /** How long the service asks callers to wait before they retry. */
  readonly retryAfterMs: number | undefined
  /** Why the lead of an `insight_failed` is a dead letter: `failed` or `delivery_limit`. */
  readonly deadLetterReason: string | undefined
  /** The key of a failed call that stores something. A later call with the same key cannot store it twice. */
  readonly idempotencyKey: string | undefined

  constructor(code: LeadtriageErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.name = 'LeadtriageError'
    this.code = code
    this.violations = details.violations ?? []
    this.requestId = details.requestId
    this.retryAfterMs = details.retryAfterMs
    this.deadLetterReason = details.deadLetterReason
    this.idempotencyKey = details.idempotencyKey
  }
}

/** The same request may succeed later. All calls of this client are reads or have a key, so each may be repeated. */
const RETRYABLE = [
  'unavailable',
  'overloaded',
  'rate_limited',
  'request_timeout',
  'deadline_exceeded',
  'connection_failed',
]

export function isRetryable({ code }: LeadtriageError): boolean {
  return RETRYABLE.includes(code)
}

/** Codes for responses that are not from leadtriage, such as those of a gateway. */
const CODE_OF_STATUS: Partial<Record<Code, LeadtriageErrorCode>> = {
  [Code.Canceled]: 'cancelled',
  [Code.InvalidArgument]: 'invalid_request',
  [Code.DeadlineExceeded]: 'deadline_exceeded',
  [Code.PermissionDenied]: 'permission_denied',
  [Code.ResourceExhausted]: 'overloaded',
  [Code.Unavailable]: 'unavailable',
  [Code.Unauthenticated]: 'unauthenticated',
}

/** Turns what a call threw into a LeadtriageError, with the original as its cause. */
export function toLeadtriageError(thrown: unknown, idempotencyKey?: string): LeadtriageError {
  if (thrown instanceof LeadtriageError) return thrown
  const error = ConnectError.from(thrown)
  const [info] = error.findDetails(ErrorInfoSchema)
  const [badRequest] = error.findDetails(BadRequestSchema)
  const [request] = error.findDetails(RequestInfoSchema)
  const [retry] = error.findDetails(RetryInfoSchema)
  return new LeadtriageError(info?.reason.toLowerCase() || codeWithoutDetails(error), error.rawMessage, {
    violations:
      badRequest?.fieldViolations.map(({ field, description }) => ({ path: field, message: description })) ?? [],
    requestId: request?.requestId ?? error.metadata.get('x-request-id') ?? undefined,
    retryAfterMs: retry?.retryDelay ? millisecondsOf(retry.retryDelay) : retryAfterOf(error.metadata),
    deadLetterReason: info?.metadata.dead_letter_reason,
    idempotencyKey,
    cause: thrown,
  })
}

function codeWithoutDetails(error: ConnectError): LeadtriageErrorCode {
  const { code, cause, metadata, isWireError } = error
  const hasResponse = isWireError || [...metadata].length > 0
  if (!hasResponse && code !== Code.Canceled && code !== Code.DeadlineExceeded) {
    // thrown before anything was sent: a value of the wrong type, in a program without type checks
    const isInvalid = cause instanceof Error && cause.message.startsWith('cannot encode ')
    return isInvalid ? 'invalid_request' : 'connection_failed'
  }
  return CODE_OF_STATUS[code] ?? 'internal'
}

/** `Retry-After` in seconds or as a date. A date is compared with that of the response: both are the server's. */
function retryAfterOf(headers: Headers): number | undefined {
  const value = headers.get('retry-after')
  if (value === null) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.parse(headers.get('date') ?? '')
  return ms >= 0 ? ms : undefined
}
