import { Code } from '@connectrpc/connect'
import type { ErrorCode } from './app-error.ts'

/** The HTTP status of each error code. */
export const HTTP_STATUS = {
  bad_request: 400,
  invalid_request: 422,
  headers_too_large: 431,
  payload_too_large: 413,
  unsupported_media_type: 415,
  expectation_failed: 417,
  route_not_found: 404,
  method_not_allowed: 405,
  service_not_found: 404,
  lead_not_found: 404,
  insight_pending: 404,
  insight_failed: 404,
  dead_letter_not_found: 404,
  idempotency_conflict: 409,
  overloaded: 503,
  unavailable: 503,
  cancelled: 499,
  request_timeout: 408,
  deadline_exceeded: 504,
  internal: 500,
} as const satisfies Record<ErrorCode, number>

/** The RPC status code of each error code. Connect and gRPC use the same numbers. */
export const RPC_CODE = {
  bad_request: Code.InvalidArgument,
  invalid_request: Code.InvalidArgument,
  headers_too_large: Code.ResourceExhausted,
  payload_too_large: Code.ResourceExhausted,
  unsupported_media_type: Code.Unimplemented,
  expectation_failed: Code.InvalidArgument,
  route_not_found: Code.Unimplemented,
  method_not_allowed: Code.Unimplemented,
  service_not_found: Code.NotFound,
  lead_not_found: Code.NotFound,
  insight_pending: Code.NotFound,
  insight_failed: Code.NotFound,
  dead_letter_not_found: Code.NotFound,
  idempotency_conflict: Code.AlreadyExists,
  overloaded: Code.ResourceExhausted,
  unavailable: Code.Unavailable,
  cancelled: Code.Canceled,
  request_timeout: Code.DeadlineExceeded,
  deadline_exceeded: Code.DeadlineExceeded,
  internal: Code.Internal,
} as const satisfies Record<ErrorCode, Code>
