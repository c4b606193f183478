import type { z } from 'zod'
import type { Violation } from './app-error.ts'
import { AppError, ErrorCode } from './app-error.ts'

/** Every fault that a schema found, with the path of each; an unknown field is one fault at its own path. */
export function violationsOf(error: z.ZodError): Violation[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ path: formatPath([...issue.path, key]), message: issue.message }))
      : [{ path: formatPath(issue.path), message: issue.message }],
  )
}

/** However wrong a request is, the answer stays short; a path may be a key that the caller made up. */
const MAX_VIOLATIONS = 100
const MAX_PATH_LENGTH = 200

/** An AppError `invalid_request` that names the violations; of very many the first, and that there are more. */
export function invalidRequest(all: readonly Violation[]): AppError {
  const violations = all.slice(0, MAX_VIOLATIONS).map(({ path, message }) => ({ path: shorten(path), message }))
  if (all.length > MAX_VIOLATIONS) violations.push({ path: '', message: 'there are more faults' })
  const faults = violations.map(({ path, message }) => (path === '' ? message : `${path} ${message}`))
  return new AppError(ErrorCode.InvalidRequest, `The request is not valid: ${faults.join('; ')}.`, { violations })
}

/**
 * Turns unknown input into what the schema promises.
 * @throws AppError `invalid_request` naming every fault
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
