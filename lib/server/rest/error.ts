import type { FastifyError } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import { invalidRequest } from '../../errors/parse.ts'
import { HTTP_STATUS } from '../../errors/status-codes.ts'

/** One validation error of a request. */
export const violationSchema = z
  .object({
    path: z.string().meta({ description: 'The invalid field, for example `lead_ids[3]`; empty for the whole body.' }),
    message: z.string().meta({ description: 'What is wrong, or what is expected.' }),
  })
  .meta({ id: 'Violation', description: 'One validation error of a request.' })

/** The body of every REST error (RFC 9457), sent as `application/problem+json`. */
export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string().meta({ description: 'A short summary of the kind of error.' }),
    status: z.int().min(400).max(599).meta({ description: 'The HTTP status.' }),
    code: z.enum(ErrorCode).meta({ description: 'The machine-readable error code.' }),
    detail: z.string().meta({ description: 'What went wrong in this request.' }),
    request_id: z.string().meta({ description: 'Identifies the request; include it when you report a problem.' }),
    errors: z
      .array(violationSchema)
      .min(1)
      .optional()
      .meta({ description: 'Every validation error of an invalid request.' }),
    dead_letter_reason: z
      .string()
      .optional()
      .meta({ description: 'With `insight_failed`: why the lead is a dead letter (failed or delivery_limit).' }),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457).' })
export type Problem = z.infer<typeof problemSchema>

const TITLES = {
  bad_request: 'Not an HTTP request',
  invalid_request: 'Invalid request',
  unauthenticated: 'Not authenticated',
  permission_denied: 'Permission denied',
  rate_limited: 'Too many requests',
  headers_too_large: 'Headers too large',
  payload_too_large: 'Payload too large',
  unsupported_media_type: 'Unsupported media type',
  expectation_failed: 'Unsupported expectation',
  route_not_found: 'No such route',
  method_not_allowed: 'Method not allowed',
  service_not_found: 'No such service',
  lead_not_found: 'No such lead',
  lead_erased: 'Lead erased',
  insight_pending: 'Insight not ready yet',
  insight_failed: 'No insight: triage failed',
  dead_letter_not_found: 'No such dead letter',
  key_not_found: 'No such API key',
  idempotency_conflict: 'Idempotency key already used',
  overloaded: 'Overloaded',
  unavailable: 'Temporarily unavailable',
  cancelled: 'Cancelled',
  request_timeout: 'Request timeout',
  deadline_exceeded: 'Deadline exceeded',
  internal: 'Internal error',
} as const satisfies Record<ErrorCode, string>

export function problemOf(error: AppError, requestId: string): Problem {
  const problem: Problem = {
    type: 'about:blank',
    title: TITLES[error.code],
    status: HTTP_STATUS[error.code],
    code: error.code,
    detail: error.message,
    request_id: requestId,
    ...error.metadata,
  }
  return error.violations.length > 0 ? { ...problem, errors: [...error.violations] } : problem
}

/** Converts an error of Fastify or of a route's schema into an AppError. Returns other errors unchanged. */
export function translateFastifyError(error: unknown): unknown {
  if (hasZodFastifySchemaValidationErrors(error)) {
    return invalidRequest(
      error.validation.map(({ instancePath, message }) => ({
        path: instancePath.slice(1).replaceAll('/', '.'),
        message: message ?? 'is not valid',
      })),
    )
  }
  if (!isFastifyError(error)) return error
  if (error.statusCode === 415) {
    const message = 'The body must be JSON with content-type: application/json.'
    return new AppError(ErrorCode.UnsupportedMediaType, message, { cause: error })
  }
  if (error.statusCode === undefined || error.statusCode < 400 || error.statusCode >= 500) return error
  const message = PATH_ERRORS[error.code]
  if (message !== undefined) return invalidRequest([{ path: '', message }])
  return new AppError(ErrorCode.BadRequest, 'The request is malformed; see the API description.', { cause: error })
}

/** Errors in the path of a request, by Fastify's error code. */
const PATH_ERRORS: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'the path must be percent-encoded UTF-8',
  FST_ERR_MAX_PARAM_LENGTH: 'a segment of the path is too long',
  FST_STATIC_FORBIDDEN_PATH: 'the path must not leave its directory',
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'statusCode' in error && 'code' in error && String(error.code).startsWith('FST_')
}
