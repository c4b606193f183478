import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether a body may take longer to arrive than requests in general; the route bounds it in its own way. */
    longBody?: boolean
  }
}

const LINGER_MS = 1_000

/**
 * Lets routes with `config: { longBody: true }` off from the time that Node gives all requests of a server: it knows none
 * for one alone, but asks before it closes a connection for that.
 */
export function allowLongBodies(app: FastifyInstance): void {
  const longBodies = new WeakSet<Socket>()
  const server = app.server as Server // the only kind that is made here
  const refuse = server.listeners('clientError') as ((error: NodeJS.ErrnoException, socket: Socket) => void)[]
  server.removeAllListeners('clientError')
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && longBodies.has(socket)) return
    for (const listener of refuse) listener(error, socket)
  })
  app.addHook('onRoute', (route) => {
    if (!route.config?.longBody) return
    const begin = async ({ raw }: FastifyRequest) => void longBodies.add(raw.socket)
    const end = async ({ raw }: FastifyRequest) => void longBodies.delete(raw.socket)
    route.onRequest = [begin, ...[route.onRequest ?? []].flat()]
    route.onResponse = [end, ...[route.onResponse ?? []].flat()]
  })
}

/**
 * For an answer that ends before the body has: reads on for a moment and throws it away. A connection closed upon unread
 * bytes is reset, and the client may lose the answer; one that is left open would be sent all the rest.
 */
export function discardRest(request: IncomingMessage): void {
  request.unpipe().resume()
  setTimeout(() => {
    if (!request.complete) request.socket.destroy()
  }, LINGER_MS).unref()
}
