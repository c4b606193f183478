import { Code } from '@connectrpc/connect'
import type { ErrorCode } from './app-error.ts'

/** The HTTP status of each error. */
export const HTTP_STATUS = {
  invalid_request: 422,
  payload_too_large: 413,
  unsupported_media_type: 415,
  route_not_found: 404,
  lead_not_found: 404,
  insight_pending: 404,
  dead_letter_not_found: 404,
  idempotency_conflict: 409,
  overloaded: 503,
  unavailable: 503,
  cancelled: 499,
  internal: 500,
} as const satisfies Record<ErrorCode, number>

/** The RPC code of each error; Connect's numbers are gRPC's. */
export const RPC_CODE = {
  invalid_request: Code.InvalidArgument,
  payload_too_large: Code.ResourceExhausted,
  unsupported_media_type: Code.InvalidArgument,
  route_not_found: Code.Unimplemented,
  lead_not_found: Code.NotFound,
  insight_pending: Code.NotFound,
  dead_letter_not_found: Code.NotFound,
  idempotency_conflict: Code.AlreadyExists,
  overloaded: Code.ResourceExhausted,
  unavailable: Code.Unavailable,
  cancelled: Code.Canceled,
  internal: Code.Internal,
} as const satisfies Record<ErrorCode, Code>
