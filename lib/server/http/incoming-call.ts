import type { FastifyReply, FastifyRequest } from 'fastify'
import type { IncomingCall } from '../../auth/access-control.ts'

/** A call over HTTP/1.1, for access control. */
export function incomingCall(request: FastifyRequest, reply: FastifyReply): IncomingCall {
  return {
    get address() {
      return request.ip
    },
    httpMethod: request.method,
    header: (name) => request.headers[name]?.toString(),
    setHeader: (name, value) => void reply.header(name, value),
  }
}
