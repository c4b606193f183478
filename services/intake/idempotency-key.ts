import type { IncomingHttpHeaders } from 'node:http'
import type { Violation } from '../../lib/errors/app-error.ts'

/** A string of RFC 9651, section 3.3.3: quoted, with a backslash before a quote or a backslash. */
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/

/**
 * The key in an `Idempotency-Key` header. The IETF draft (draft-ietf-httpapi-idempotency-key-header) quotes it, most clients
 * do not: both are the same key.
 */
export function parseIdempotencyKey(header: string | string[] | undefined): string | undefined {
  const value = header?.toString()
  const [, quoted] = QUOTED.exec(value ?? '') ?? []
  return quoted?.replace(/\\(.)/g, '$1') ?? value
}

/**
 * What is wrong with the header: the given fault of the key, unless the header was sent more than once, which Node shows as
 * one with commas.
 */
export function keyViolation(headers: IncomingHttpHeaders, message: string): Violation {
  const isRepeated = headers['idempotency-key']?.includes(',') ?? false
  return { path: 'Idempotency-Key', message: isRepeated ? 'must be sent once, with one UUID' : message }
}
