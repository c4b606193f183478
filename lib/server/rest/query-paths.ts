import { AppError, ErrorCode } from '../../errors/app-error.ts'
import { invalidRequest } from '../../errors/parse.ts'

/**
 * Gives the violations of a request the names of query parameters instead of those of fields. Other errors stay.
 *
 * @param fields the path of the field of each parameter that has another name
 */
export function withQueryPaths(error: unknown, fields: Readonly<Record<string, string>>): unknown {
  if (!(error instanceof AppError) || error.code !== ErrorCode.InvalidRequest) return error
  const parameterOf = (path: string) => {
    const field = path.replace(/\[\d+\]$/, '')
    return Object.entries(fields).find(([, name]) => name === field)?.[0] ?? path
  }
  return invalidRequest(error.violations.map(({ path, message }) => ({ path: parameterOf(path), message })))
}
