import { AppError, ErrorCode } from '../../../errors/app-error.ts'
import { invalidRequest } from '../../../errors/parse.ts'
import { HTTP_STATUS } from '../../../errors/status-codes.ts'
import { problemOf } from '../problem.ts'
import type { HeaderName } from './response-headers.ts'
import { COMMON_HEADERS, headerReferences } from './response-headers.ts'

/** What each error means to a client, and what to do about it. */
const MEANINGS = {
  bad_request: 'The request is not HTTP that can be parsed.',
  invalid_request: 'The request is not valid; `errors` names every fault.',
  headers_too_large: 'The headers are too large.',
  payload_too_large: 'The body is larger than this operation takes.',
  unsupported_media_type: 'The content type or encoding of the body is not one that this operation takes.',
  expectation_failed: 'The header `Expect` asks for something other than `100-continue`.',
  route_not_found: 'There is no such path.',
  service_not_found: 'There is no such RPC service or method.',
  method_not_allowed: 'The path has no such method; `Allow` lists those that it has.',
  lead_not_found: 'There is no such lead.',
  insight_pending: 'The lead waits for triage: ask again after `Retry-After`.',
  insight_failed: 'Triage failed and the lead is a dead letter: there will be no insight unless it is redriven.',
  dead_letter_not_found: 'The lead is not a dead letter.',
  idempotency_conflict: 'The key was used with another lead, which stays as it is.',
  overloaded: 'Too much is in flight: retry after `Retry-After`.',
  unavailable:
    'The service cannot do its work now: retry after `Retry-After`. A write may or may not have taken effect.',
  cancelled: 'The client closed the connection.',
  request_timeout: 'The request did not arrive in time.',
  deadline_exceeded: 'The deadline of the client has passed.',
  internal: 'An unexpected failure; quote `request_id` when you report it.',
} as const satisfies Record<ErrorCode, string>

/** The errors that any route may answer with. */
export const ANY_ROUTE = [
  ErrorCode.BadRequest,
  ErrorCode.RequestTimeout,
  ErrorCode.ExpectationFailed,
  ErrorCode.HeadersTooLarge,
  ErrorCode.Internal,
  ErrorCode.Overloaded,
  ErrorCode.Unavailable,
] as const
/** Those of a route that takes parameters or a body; that takes a body; that takes a body of limited length. */
export const ROUTE_WITH_INPUT = [ErrorCode.InvalidRequest] as const
export const ROUTE_WITH_BODY = [ErrorCode.UnsupportedMediaType] as const
export const ROUTE_WITH_BOUNDED_BODY = [ErrorCode.PayloadTooLarge] as const

/** The errors after which a retry makes sense. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.InsightPending,
  ErrorCode.Overloaded,
  ErrorCode.Unavailable,
])

/** By status, the component that describes the response; errors with the same status share one. */
export function problemResponses(codes: readonly ErrorCode[]): Record<string, ProblemResponse> {
  const byStatus = Map.groupBy(codes, (code) => HTTP_STATUS[code])
  return Object.fromEntries([...byStatus].map(([status, shared]) => [String(status), problemResponse(shared)]))
}

/** A response with a problem, and its name among the components. */
export interface ProblemResponse {
  readonly name: string
  readonly response: object
}

function problemResponse(codes: readonly ErrorCode[]): ProblemResponse {
  const headers: readonly HeaderName[] = codes.some((code) => RETRYABLE.has(code))
    ? [...COMMON_HEADERS, 'Retry-After']
    : COMMON_HEADERS
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
