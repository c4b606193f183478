import { cors } from '@connectrpc/connect'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AccessControl } from '../../auth/access-control.ts'
import type { KeyOrigins } from '../../auth/key-origins.ts'
import type { CallObserver } from '../call-observer.ts'
import { incomingCall } from './incoming-call.ts'

/*
 * Cross-origin calls of web pages (fetch.spec.whatwg.org, "HTTP extensions"). Invariants:
 *  1. Only pages of allowed origins can read responses, and errors are no exception: a page has to know why it failed.
 *  2. Responses never permit credentials mode, so a page of another origin cannot use the cookie of a session.
 *  3. A preflight has no credential. It is answered before authentication, and counts against the limit of its address.
 */

/** Whether pages of an origin, for example `https://www.example.com`, may call the service. */
export type IsAllowedOrigin = (origin: string) => boolean

/** @returns undefined if no origin can be allowed, so that calls have no CORS headers */
export function createOriginCheck(
  listed: readonly string[],
  ofKeys?: Pick<KeyOrigins, 'has'>,
): IsAllowedOrigin | undefined {
  if (listed.length === 0 && ofKeys === undefined) return undefined
  const origins = new Set(listed)
  return (origin) => origins.has(origin) || ofKeys?.has(origin) === true
}

/** What a page may send besides the headers that browsers always permit. */
const REQUEST_HEADERS = [
  ...cors.allowedHeaders,
  'Authorization',
  'Idempotency-Key',
  'X-Request-Id',
  'traceparent',
  'Prefer',
  'Last-Event-ID',
]
/** What a page may read besides the headers that browsers always permit. */
const RESPONSE_HEADERS = [
  ...cors.exposedHeaders,
  'Location',
  'Idempotent-Replayed',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'X-Request-Id',
  'WWW-Authenticate',
].join(', ')
/** The longest time for which Chrome caches a preflight; other browsers cache it for up to a day. */
const PREFLIGHT_SECONDS = 7_200
const PREFLIGHT = {
  'access-control-allow-methods': [...cors.allowedMethods, 'HEAD', 'PUT', 'PATCH', 'DELETE'].join(', '),
  'access-control-allow-headers': REQUEST_HEADERS.join(', '),
  'access-control-max-age': String(PREFLIGHT_SECONDS),
}

/** Adds the CORS headers to every response, and answers preflights. Must be called before routes are added. */
export function allowOrigins(
  app: FastifyInstance,
  parts: { readonly isAllowed: IsAllowedOrigin; readonly access: AccessControl; readonly observe: CallObserver },
): void {
  const { isAllowed, access, observe } = parts
  app.addHook('onRequest', (request, reply, done) => {
    const isAllowedPage = addCorsHeaders(request, reply, isAllowed)
    if (!isAllowedPage || !isPreflight(request)) return done()
    request.observed = observe('rest', 'preflight', { requestId: request.id })
    void access.admit(incomingCall(request, reply), 'public') // 3; at once, because it looks nothing up
    request.observed.succeeded()
    reply.code(204).headers(PREFLIGHT).send()
  })
}

/** Returns whether the page may read the response. Also for requests that Fastify rejects before its hooks run. */
export function addCorsHeaders(request: FastifyRequest, reply: FastifyReply, isAllowed: IsAllowedOrigin): boolean {
  const { origin } = request.headers
  reply.header('vary', 'Origin') // also without CORS headers: a cache must not give this response to an allowed page
  if (origin === undefined || !isAllowed(origin)) return false
  reply.header('access-control-allow-origin', origin)
  reply.header('access-control-expose-headers', RESPONSE_HEADERS)
  return true
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined
}
