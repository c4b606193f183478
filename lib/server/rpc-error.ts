import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf'
import { create } from '@bufbuild/protobuf'
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from '../../gen/google/rpc/error_details_pb.ts'
import type { AppError } from '../errors/app-error.ts'

/** A detail message of an RPC error, with its descriptor. */
export interface ErrorDetail {
  readonly desc: DescMessage
  readonly value: MessageInitShape<DescMessage>
}

/**
 * The standard details of an RPC error (google.rpc, AIP-193): the code as `reason`, the request id, the violations, and
 * the retry delay.
 */
export function errorDetails(error: AppError, requestId: string): ErrorDetail[] {
  const details: ErrorDetail[] = [
    {
      desc: ErrorInfoSchema,
      value: create(ErrorInfoSchema, {
        reason: error.code.toUpperCase(),
        domain: 'leadtriage',
        metadata: { ...error.metadata },
      }),
    },
    { desc: RequestInfoSchema, value: create(RequestInfoSchema, { requestId }) },
  ]
  if (error.violations.length > 0) {
    const fieldViolations = error.violations.map(({ path, message }) => ({ field: path, description: message }))
    details.push({ desc: BadRequestSchema, value: create(BadRequestSchema, { fieldViolations }) })
  }
  if (error.retryAfterSeconds !== undefined) {
    const retryDelay = { seconds: BigInt(error.retryAfterSeconds), nanos: 0 }
    details.push({ desc: RetryInfoSchema, value: create(RetryInfoSchema, { retryDelay }) })
  }
  return details
}
