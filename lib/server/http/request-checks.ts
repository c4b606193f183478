import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { Violation } from '../../errors/app-error.ts'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import { invalidRequest } from '../../errors/parse.ts'

/**
 * Rejects requests that Node's parser accepts and RFC 9110 or 9112 forbids, above all those where two servers could
 * disagree about the end of a request or its host (request smuggling).
 *
 * @throws AppError `bad_request`, `expectation_failed`
 */
export function assertValidHttp(request: IncomingMessage): void {
  const { headers, httpVersionMajor, httpVersionMinor } = request
  const { expect, 'transfer-encoding': transferEncoding } = headers
  if (httpVersionMajor !== 1) throw badRequest('HTTP/2 without its connection preface is not supported; use HTTP/1.1')
  const isHttp10 = httpVersionMinor === 0
  if (!isHttp10 && headers.host === undefined) throw badRequest('the Host header is missing')
  if (hasTwo(request.rawHeaders, 'host')) throw badRequest('the Host header must be sent once')
  if (transferEncoding !== undefined && (isHttp10 || transferEncoding.toLowerCase() !== 'chunked')) {
    throw badRequest('the only transfer coding is chunked, and only in HTTP/1.1')
  }
  if (expect !== undefined && !isHttp10 && expect.toLowerCase() !== '100-continue') {
    throw new AppError(ErrorCode.ExpectationFailed, 'The only supported expectation is 100-continue.')
  }
}

function hasTwo(rawHeaders: readonly string[], name: string): boolean {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const candidate = rawHeaders[index] ?? ''
    if (candidate.length === name.length && candidate.toLowerCase() === name) count += 1
  }
  return count > 1
}

function badRequest(fault: string): AppError {
  return new AppError(ErrorCode.BadRequest, `This is not a valid HTTP/1.1 request: ${fault}.`)
}

/**
 * @param lists parameters that may be repeated
 * @throws AppError `invalid_request` if the query is not UTF-8 or repeats another parameter
 */
export function assertValidQuery(
  { query, url }: Pick<FastifyRequest, 'query' | 'url'>,
  lists: readonly string[] = [],
): void {
  const start = url.indexOf('?')
  if (start === -1) return
  if (!isEncodedUtf8(url.slice(start + 1))) {
    throw invalidRequest([{ path: '', message: 'the query must be percent-encoded UTF-8' }])
  }
  const violations: Violation[] = Object.entries(query as Record<string, unknown>)
    .filter(([name, value]) => Array.isArray(value) && !lists.includes(name))
    .map(([path]) => ({ path, message: 'must be given once' }))
  if (violations.length > 0) throw invalidRequest(violations)
}

function isEncodedUtf8(query: string): boolean {
  if (!query.includes('%')) return true
  try {
    decodeURIComponent(query)
    return true
  } catch {
    return false
  }
}

const CHARSET = /;\s*charset\s*=\s*(?:"([^"]*)"|([^;\s]*))/i
const UTF8 = new Set(['utf-8', 'utf8', 'us-ascii'])

/**
 * Bodies are decoded as UTF-8, of which US-ASCII is a subset.
 * @throws AppError `unsupported_media_type` if the content type names another charset
 */
export function assertUtf8Charset(contentType: string | undefined): void {
  const [, quoted, token] = CHARSET.exec(contentType ?? '') ?? []
  const charset = quoted ?? token
  if (charset === undefined || UTF8.has(charset.toLowerCase())) return
  throw new AppError(ErrorCode.UnsupportedMediaType, 'The only supported charset is utf-8.')
}

/**
 * The path and query of a request target. A client may send an absolute URL, as to a proxy (RFC 9112, section 3.2.2),
 * or `*` for the server as a whole.
 */
export function originFormOf(target: string): string {
  if (target.startsWith('/')) return target
  const rest = target.replace(/^(?:\*|[a-z][a-z0-9+.-]*:\/\/[^/?#]*)/i, '')
  return rest.startsWith('/') ? rest : `/${rest}`
}
