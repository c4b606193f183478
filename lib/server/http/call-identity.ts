import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { childTraceparent } from '../../telemetry/trace-context.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** W3C trace context of the call itself; empty before the call has its identity. */
    traceparent: string
  }
}

/** What a call is known by: to its caller, in the log, and to what it calls. */
export interface CallIdentity {
  /** The caller's `X-Request-Id`, or a new UUID. */
  readonly requestId: string
  /** W3C trace context of the call itself: a child of the caller's span, or the begin of a new trace. */
  readonly traceparent: string
}

/** What may be logged and sent back as it came. */
const REQUEST_ID = /^[A-Za-z0-9._~:+/=-]{1,128}$/

/** The request id of a call that came with this `X-Request-Id`. */
export function requestIdOf(incoming: string | string[] | undefined): string {
  return typeof incoming === 'string' && REQUEST_ID.test(incoming) ? incoming : randomUUID()
}

/** @param header looks up a header or metadata entry of the call; the name in lower case */
export function identifyCall(header: (name: string) => string | undefined): CallIdentity {
  return { requestId: requestIdOf(header('x-request-id')), traceparent: childTraceparent(header('traceparent')) }
}

/** The headers, or metadata, that tell the caller. */
export function identityHeaders({ requestId, traceparent }: CallIdentity) {
  return { 'x-request-id': requestId, traceparent }
}

/**
 * Gives every HTTP request its identity, and its answer the headers. Fastify makes the id by {@link requestIdOf}. No answer
 * may be stored on its way: most have personal data.
 */
export function identifyHttpCalls(app: FastifyInstance): void {
  app.decorateRequest('traceparent', '')
  app.addHook('onRequest', (request, reply, done) => {
    identifyHttpCall(request, reply)
    done()
  })
}

/** For a request that Fastify refuses before its hooks run. Safe to call twice. */
export function identifyHttpCall(request: FastifyRequest, reply: FastifyReply): CallIdentity {
  // not === '': Fastify does not decorate a request whose path it cannot read
  if (!request.traceparent) {
    const { traceparent } = request.raw.headers
    request.traceparent = childTraceparent(traceparent?.toString())
    reply.header('x-request-id', request.id)
    reply.header('traceparent', request.traceparent)
    reply.header('cache-control', 'no-store')
  }
  return identityOf(request)
}

export function identityOf({ id, traceparent }: FastifyRequest): CallIdentity {
  return { requestId: id, traceparent }
}
