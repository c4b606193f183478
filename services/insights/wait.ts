import { invalidRequest } from '../../lib/errors/parse.ts'

/** A number of seconds or milliseconds: `5`, `5s`, `2.5s`, `500ms`. */
const DURATION = /^(\d{1,9}(?:\.\d{1,9})?)(s|ms)?$/
/** The `wait` preference of RFC 7240, section 4.3: whole seconds. */
const PREFER_WAIT = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:$|[,;])/i

/**
 * Returns how long a REST call may wait, in milliseconds; 0 by default. The query parameter overrides the header, which
 * is ignored when malformed, as RFC 7240 requires.
 *
 * @throws AppError `invalid_request` when the query parameter is not a duration
 */
export function parseWait(query: string | undefined, prefer: string | string[] | undefined): number {
  if (query !== undefined) {
    const [, amount, unit] = DURATION.exec(query) ?? []
    if (amount === undefined) {
      throw invalidRequest([{ path: 'wait', message: 'must be a duration such as 5s or 500ms' }])
    }
    return Number(amount) * (unit === 'ms' ? 1 : 1_000)
  }
  const [, seconds] = PREFER_WAIT.exec([prefer].flat().join(',')) ?? []
  return seconds === undefined ? 0 : Math.min(Number(seconds), 60) * 1_000
}
