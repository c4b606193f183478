import { AppError, ErrorCode } from '../../../errors/app-error.ts'
import { invalidRequest } from '../../../errors/parse.ts'
import { HTTP_STATUS } from '../../../errors/status-codes.ts'
import { problemOf } from '../error.ts'
import type { HeaderName } from './response-headers.ts'
import { COMMON_HEADERS, headerReferences } from './response-headers.ts'

/** The meaning of each error and what the client can do about it. */
const MEANINGS = {
  bad_request: 'The request is not valid HTTP.',
  invalid_request: 'The request is not valid; `errors` lists every validation error.',
  unauthenticated: 'The request has no valid credential.',
  permission_denied: 'The credential does not permit this operation.',
  rate_limited: 'Too many requests from this client or address; retry after `Retry-After`.',
  headers_too_large: 'The headers are too large.',
  payload_too_large: 'The body is larger than this operation allows.',
  unsupported_media_type: 'This operation does not support the content type or encoding of the body.',
  expectation_failed: 'The header `Expect` has a value other than `100-continue`.',
  route_not_found: 'The path does not exist.',
  service_not_found: 'The RPC service does not exist.',
  method_not_allowed: 'The path does not support this method; `Allow` lists the supported ones.',
  lead_not_found: 'The lead does not exist.',
  lead_erased: 'The lead of this key was erased. The key stays blocked: a retry stores nothing.',
  insight_pending: 'The lead is waiting for triage; retry after `Retry-After`.',
  insight_failed: 'Triage failed and the lead is a dead letter. It gets no insight unless it is redriven.',
  dead_letter_not_found: 'The lead is not a dead letter.',
  key_not_found: 'The API key does not exist.',
  idempotency_conflict: 'The key was used with a different lead, which is unchanged.',
  overloaded: 'Too many requests are in flight; retry after `Retry-After`.',
  unavailable:
    'The service is temporarily unavailable; retry after `Retry-After`. A write may or may not have taken effect.',
  cancelled: 'The client closed the connection.',
  request_timeout: 'The request did not arrive in time.',
  deadline_exceeded: 'The deadline set by the client has passed.',
  internal: 'An unexpected error; include `request_id` when you report it.',
} as const satisfies Record<ErrorCode, string>

/** The errors that any route may return. */
export const ANY_ROUTE = [
  ErrorCode.BadRequest,
  ErrorCode.Unauthenticated,
  ErrorCode.PermissionDenied,
  ErrorCode.RateLimited,
  ErrorCode.RequestTimeout,
  ErrorCode.ExpectationFailed,
  ErrorCode.HeadersTooLarge,
  ErrorCode.Internal,
  ErrorCode.Overloaded,
  ErrorCode.Unavailable,
] as const
/** Additional errors of routes with parameters or a body, with a body, and with a body of limited size. */
export const ROUTE_WITH_INPUT = [ErrorCode.InvalidRequest] as const
export const ROUTE_WITH_BODY = [ErrorCode.UnsupportedMediaType] as const
export const ROUTE_WITH_BOUNDED_BODY = [ErrorCode.PayloadTooLarge] as const

/** The errors that have `Retry-After`. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.InsightPending,
  ErrorCode.RateLimited,
  ErrorCode.Overloaded,
  ErrorCode.Unavailable,
])

/** The errors that have `WWW-Authenticate`. */
const CHALLENGED: ReadonlySet<ErrorCode> = new Set([ErrorCode.Unauthenticated, ErrorCode.PermissionDenied])

/** The response components by status. Errors with the same status share one component. */
export function problemResponses(codes: readonly ErrorCode[]): Record<string, ProblemResponse> {
  const byStatus = Map.groupBy(codes, (code) => HTTP_STATUS[code])
  return Object.fromEntries([...byStatus].map(([status, shared]) => [String(status), problemResponse(shared)]))
}

/** A problem response and its component name. */
export interface ProblemResponse {
  readonly name: string
  readonly response: object
}

function problemResponse(codes: readonly ErrorCode[]): ProblemResponse {
  const headers: readonly HeaderName[] = [
    ...COMMON_HEADERS,
    ...(codes.some((code) => RETRYABLE.has(code)) ? (['Retry-After'] as const) : []),
    ...(codes.some((code) => CHALLENGED.has(code)) ? (['WWW-Authenticate'] as const) : []),
  ]
  const description = codes.map((code) => (codes.length > 1 ? `\`${code}\`: ${MEANINGS[code]}` : MEANINGS[code]))
  const response = {
    description: description.join('\n\n'),
    headers: headerReferences(headers),
    content: {
      'application/problem+json': {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  }
  return { name: codes.map(pascalCase).join('Or'), response }
}

function pascalCase(code: ErrorCode): string {
  return code.replaceAll(/(?:^|_)([a-z])/g, (_match, letter: string) => letter.toUpperCase())
}

function exampleOf(code: ErrorCode): object {
  const error =
    code === ErrorCode.InvalidRequest
      ? invalidRequest([{ path: 'name', message: 'must be a string' }])
      : new AppError(code, MEANINGS[code].replaceAll('`', ''), {
          ...(code === ErrorCode.InsightFailed && { metadata: { dead_letter_reason: 'failed' } }),
        })
  return problemOf(error, '7c1f3c1e-5b0f-4a58-9f0c-0a4f0f6f8a11')
}
