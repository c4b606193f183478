import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { IncomingCall } from '../../auth/access-control.ts'
import type { ClientAddress } from './client-address.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The address of the client, also behind trusted proxies. Fastify's own `ip` is that of the connection. */
    readonly clientAddress: string
  }
}

/** Adds the address of the client to every HTTP request. */
export function locateHttpCalls(app: FastifyInstance, addressOf: ClientAddress): void {
  app.decorateRequest('clientAddress', {
    getter() {
      return addressOf(this.socket.remoteAddress, this.headers['x-forwarded-for']?.toString())
    },
  })
}

/** A call over HTTP/1.1, for access control. */
export function incomingCall(request: FastifyRequest, reply: FastifyReply): IncomingCall {
  return {
    get address() {
      return request.clientAddress
    },
    httpMethod: request.method,
    header: (name) => request.headers[name]?.toString(),
    setHeader: (name, value) => void reply.header(name, value),
  }
}

/** The same call while its response is being sent: it can have no more headers. */
export function ongoingCall(request: FastifyRequest, reply: FastifyReply): IncomingCall {
  return { ...incomingCall(request, reply), isOngoing: true, setHeader: () => undefined }
}
