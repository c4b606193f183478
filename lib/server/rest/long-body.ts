import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Exempts the body from the request timeout. The route must limit it in another way. */
    longBody?: boolean
  }
}

const LINGER_MS = 1_000

/**
 * Exempts routes with `config: { longBody: true }` from the request timeout. Node has only one timeout for a whole
 * server, but emits `clientError` before it closes a connection.
 */
export function allowLongBodies(app: FastifyInstance): void {
  const longBodies = new WeakSet<Socket>()
  const server = app.server as Server // `serverFactory` creates no other kind
  const originals = server.listeners('clientError') as ((error: NodeJS.ErrnoException, socket: Socket) => void)[]
  server.removeAllListeners('clientError')
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && longBodies.has(socket)) return
    for (const listener of originals) listener(error, socket)
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
 * Discards the rest of a body after an early response, for up to {@link LINGER_MS}. Closing a connection with unread
 * bytes resets it, and the client may lose the response. Without the limit, the client could send the whole body.
 */
export function discardRest(request: IncomingMessage): void {
  request.unpipe().resume()
  setTimeout(() => {
    if (!request.complete) request.socket.destroy()
  }, LINGER_MS).unref()
}
