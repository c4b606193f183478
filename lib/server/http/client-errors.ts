import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import type { CallObserver } from '../call-observer.ts'
import { problemOf } from '../rest/error.ts'
import type { CallIdentity } from './call-identity.ts'
import { identifyCall, identityHeaders, identityOf } from './call-identity.ts'

/*
 * Responses to requests that Node's HTTP server rejects itself, because they cannot be parsed or do not arrive in time.
 * Invariants:
 *  1. A rejection is sent as a problem document and recorded once: as the failure of the call whose body it interrupts,
 *     by the reader of that body (see `bodyFailure`), or here if no call has started.
 *  2. It is sent after the responses to earlier requests on the connection, and never replaces one of them.
 */

/** The last request of a connection. */
interface LastRequest {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly identity: CallIdentity
}

/**
 * How long a client may keep sending after a rejection. Closing with unread bytes resets the connection and may lose
 * the response.
 */
const LINGER_MS = 1_000

/**
 * @returns Fastify's `clientErrorHandler`; `rejectWithoutTls` for connections that it does not see; and `track`, to be
 *   called once the app exists
 */
export function createClientErrorHandler(observe: CallObserver) {
  const lastRequests = new WeakMap<Socket, LastRequest>()
  const rejected = new WeakSet<Socket>()

  const reject = (socket: Socket, rejection: AppError, headers: Readonly<Record<string, string>> = {}) => {
    if (rejected.has(socket) || socket.destroyed) return
    rejected.add(socket) // the parser reports an error for the following bytes as well
    const last = lastRequests.get(socket)
    if (last !== undefined && !last.request.complete) return endBody(socket, rejection, last)
    const answer = () => {
      if (socket.writableEnded) return // the last response has closed the connection
      const identity = identifyCall(() => undefined)
      observe('rest', 'unknown', identity).failed(rejection) // 1
      socket.resume().end(textOf(rejection, identity, headers))
      setTimeout(() => socket.destroy(), LINGER_MS).unref()
    }
    if (last === undefined || last.response.closed) answer()
    else last.response.once('close', answer) // 2
  }

  return {
    onClientError: (error: NodeJS.ErrnoException, socket: Socket) => {
      const rejection = rejectionFor(error)
      if (rejection === undefined) socket.destroy(error)
      else reject(socket, rejection)
    },
    rejectWithoutTls: (socket: Socket) => {
      socket.on('error', () => undefined)
      reject(socket, new AppError(ErrorCode.BadRequest, 'This port is served with TLS; use https.'))
    },
    /** Must be called before routes are added. */
    track: (app: FastifyInstance) => {
      app.addHook('onRequest', (request, reply, done) => {
        const { raw } = request
        lastRequests.set(raw.socket, { request: raw, response: reply.raw, identity: identityOf(request) })
        done()
      })
      const server = app.server as Server // `serverFactory` creates no other kind
      server.on('connect', (_request: IncomingMessage, socket: Socket) => {
        // Node has removed its own listeners; an `error` event without a listener would end the process
        socket.on('error', () => undefined)
        const message = 'This server is not a proxy and does not support CONNECT.'
        reject(socket, new AppError(ErrorCode.MethodNotAllowed, message), { allow: 'GET, HEAD, POST, OPTIONS' })
      })
    },
  }
}

/** Sends the rejection as the response of the call. The reader of the body gets the reason from the socket's error. */
function endBody(socket: Socket, rejection: AppError, { response, identity }: LastRequest): void {
  const isNext = response.socket === socket && !response.headersSent // 2
  if (isNext && rejection.code !== ErrorCode.Cancelled) socket.write(textOf(rejection, identity))
  socket.destroy(rejection)
}

/**
 * The reason why a request body is incomplete: the client disconnected, was too slow, or sent invalid HTTP.
 * @param cause the error of the request stream
 */
export function bodyFailure({ raw }: Pick<FastifyRequest, 'raw'>, cause: unknown): AppError {
  const { errored } = raw.socket
  return errored instanceof AppError ? errored : clientDisconnected(cause)
}

function clientDisconnected(cause: unknown): AppError {
  return new AppError(ErrorCode.Cancelled, 'The client closed the connection before its request was complete.', {
    cause,
  })
}

/** Undefined if the connection is broken and no response can be sent. */
function rejectionFor(error: NodeJS.ErrnoException & { reason?: string }): AppError | undefined {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AppError(ErrorCode.RequestTimeout, 'The request did not arrive in time.', { cause: error })
    case 'HPE_HEADER_OVERFLOW':
      return new AppError(ErrorCode.HeadersTooLarge, 'The request line and the headers are larger than 16 KiB.', {
        cause: error,
      })
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new AppError(ErrorCode.PayloadTooLarge, 'The chunk extensions of the body are larger than 16 KiB.', {
        cause: error,
      })
    case 'HPE_INVALID_EOF_STATE':
      return clientDisconnected(error)
  }
  if (!error.code?.startsWith('HPE_')) return undefined
  // the parser's reasons are constant strings and quote nothing from the request
  const reason = error.reason === undefined ? '' : `: ${error.reason}`
  return new AppError(ErrorCode.BadRequest, `This is not a valid HTTP/1.1 request${reason}.`, { cause: error })
}

function textOf(rejection: AppError, identity: CallIdentity, more: Readonly<Record<string, string>> = {}): string {
  const problem = problemOf(rejection, identity.requestId)
  const body = JSON.stringify(problem)
  const headers = Object.entries({
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    connection: 'close',
    ...identityHeaders(identity),
    ...more,
  })
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? problem.title}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}
