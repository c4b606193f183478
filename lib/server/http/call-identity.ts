import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { childTraceparent } from '../../telemetry/trace-context.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** W3C trace context of the call; empty until the call is identified. */
    traceparent: string
  }
}

/** Identifies a call in its response, in the log and in outgoing calls. */
export interface CallIdentity {
  /** The caller's `X-Request-Id`, or a new UUID. */
  readonly requestId: string
  /** W3C trace context of the call: a child of the caller's span, or a new trace. */
  readonly traceparent: string
}

/** Request ids that are safe to log and to return. */
const REQUEST_ID = /^[A-Za-z0-9._~:+/=-]{1,128}$/

/** The incoming `X-Request-Id` if it is valid, otherwise a new UUID. */
export function requestIdOf(incoming: string | string[] | undefined): string {
  return typeof incoming === 'string' && REQUEST_ID.test(incoming) ? incoming : randomUUID()
}

/** @param header returns a header or metadata entry by its name in lower case */
export function identifyCall(header: (name: string) => string | undefined): CallIdentity {
  return { requestId: requestIdOf(header('x-request-id')), traceparent: childTraceparent(header('traceparent')) }
}

/** The response headers or metadata that return the identity to the caller. */
export function identityHeaders({ requestId, traceparent }: CallIdentity) {
  return { 'x-request-id': requestId, traceparent }
}

/**
 * Identifies every HTTP request and adds the identity headers to its response. Fastify creates the id with
 * {@link requestIdOf}. Responses are `no-store`, because most contain personal data.
 */
export function identifyHttpCalls(app: FastifyInstance): void {
  app.decorateRequest('traceparent', '')
  app.addHook('onRequest', (request, reply, done) => {
    identifyHttpCall(request, reply)
    done()
  })
}

/** For requests that Fastify rejects before its hooks run. Safe to call twice. */
export function identifyHttpCall(request: FastifyRequest, reply: FastifyReply): CallIdentity {
  // not `=== ''`: Fastify does not decorate a request with an invalid path
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
