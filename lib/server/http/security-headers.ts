import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/**
 * For browsers that show or embed a response. Pages replace the policies that they need: see register-openapi.ts.
 * They are constants, because @fastify/helmet takes 11 µs for each response and this takes 1 µs
 * (docs/decisions/024-own-cors.md).
 */
const SECURITY_HEADERS = {
  /** A response is data: a browser that shows it as a page loads and runs nothing, and in no frame. */
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  /** Does not affect CORS, which decides about calls of other origins. */
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}
/** A year. Without `includeSubDomains`, since the other hosts of the domain are not ours. */
const HSTS = 'max-age=31536000'

/** Adds the security headers to every response. Must be called before routes are added. */
export function secureResponses(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    addSecurityHeaders(request, reply)
    done()
  })
}

/** For requests that Fastify rejects before its hooks run. */
export function addSecurityHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(SECURITY_HEADERS)
  if (isOverTls(request)) reply.header('strict-transport-security', HSTS)
}

/** With TLS here or at a proxy. A client that lies about the proxy affects only itself. */
function isOverTls({ raw, headers }: FastifyRequest): boolean {
  return 'encrypted' in raw.socket || headers['x-forwarded-proto'] === 'https'
}
