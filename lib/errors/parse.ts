import type { z } from 'zod'
import type { Violation } from './app-error.ts'
import { AppError, ErrorCode } from './app-error.ts'

/** All violations of a schema, each with its path. Every unknown field is a violation at its own path. */
export function violationsOf(error: z.ZodError): Violation[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: formatPath([...issue.path, key]), message: issue.message }))
      : [{ path: formatPath(issue.path), message: issue.message }],
  )
}

/**
 * Bound the size of the response: a request may have any number of violations, and a path may be a key of any length.
 */
const MAX_VIOLATIONS = 100
const MAX_PATH_LENGTH = 200

/** An AppError `invalid_request` with the first {@link MAX_VIOLATIONS} violations, and a note if there are more. */
export function invalidRequest(all: readonly Violation[]): AppError {
  const violations = all.slice(0, MAX_VIOLATIONS).map(({ path, message }) => ({ path: shorten(path), message }))
  if (all.length > MAX_VIOLATIONS) violations.push({ path: '', message: 'there are more errors' })
  const descriptions = violations.map(({ path, message }) => (path === '' ? message : `${path} ${message}`))
  return new AppError(ErrorCode.InvalidRequest, `The request is not valid: ${descriptions.join('; ')}.`, { violations })
}

/**
 * Parses unknown input with a schema.
 * @throws AppError `invalid_request` with every violation
 */
export function parseRequest<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw invalidRequest(violationsOf(result.error))
}

function shorten(path: string): string {
  return path.length > MAX_PATH_LENGTH ? `${path.slice(0, MAX_PATH_LENGTH)}…` : path
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? String(part) : `${text}.${String(part)}`
  }, '')
}
