import type { IncomingHttpHeaders } from 'node:http'
import { sha256Hex } from '../../domain/lead.ts'
import type { Violation } from '../../lib/errors/app-error.ts'

/** A string of RFC 9651, section 3.3.3: quoted, with quotes and backslashes escaped by a backslash. */
const QUOTED = /^"((?:[^"\\]|\\["\\])*)"$/

/**
 * Parses an `Idempotency-Key` header. The IETF draft (draft-ietf-httpapi-idempotency-key-header) quotes the key, most
 * clients do not; both forms are accepted. A malformed value is returned unchanged, for validation to reject.
 */
export function parseIdempotencyKey(header: string | string[] | undefined): string | undefined {
  const value = header?.toString()
  const [, quoted] = QUOTED.exec(value ?? '') ?? []
  return quoted?.replace(/\\(.)/g, '$1') ?? value
}

/**
 * The violation to report for an `Idempotency-Key` header: the given message, unless the header was repeated, which
 * Node presents as one comma-separated value.
 */
export function keyViolation(headers: IncomingHttpHeaders, message: string): Violation {
  const isRepeated = headers['idempotency-key']?.includes(',') ?? false
  return { path: 'Idempotency-Key', message: isRepeated ? 'must be sent once, with one UUID' : message }
}

/** What remains of an erased lead's key: a hash of it and its client, in hex. `erase_leads` in SQL computes the same. */
export function keyHash(clientId: string, idempotencyKey: string): string {
  return sha256Hex(`${idempotencyKey} ${clientId}`)
}
