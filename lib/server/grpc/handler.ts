import type { Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { constants, createServer } from 'node:http2'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Health as HealthService } from '../../../gen/health/v1/health_pb.ts'
import { AppError, ErrorCode, toAppError } from '../../errors/app-error.ts'
import { HTTP_STATUS } from '../../errors/status-codes.ts'
import type { CallObserver } from '../call-observer.ts'
import type { Health } from '../health.ts'
import type { BodyBudget } from '../http/body-budget.ts'
import type { CallIdentity } from '../http/call-identity.ts'
import { identifyCall, identityHeaders } from '../http/call-identity.ts'
import { problemOf } from '../rest/problem.ts'
import type { RpcService } from '../rpc.ts'
import { headerOf, openCall } from './call.ts'
import { isGrpc } from './headers.ts'
import { healthMethods } from './health.ts'
import type { GrpcMethod } from './methods.ts'
import { isUnary, serveStreaming, serveUnary } from './methods.ts'
import { reflectionMethods } from './reflection.ts'

/** gRPC over HTTP/2, without a port of its own: connections are handed to it. */
export interface GrpcHandler {
  /** Takes over a connection whose first bytes were the HTTP/2 preface; they are still to be read from it. */
  accept(connection: Socket): void
  /** Lets running calls finish, for `graceMs` at the most, and closes every connection. */
  drain(graceMs: number): Promise<void>
}

export interface GrpcHandlerOptions {
  readonly services: readonly RpcService[]
  readonly health: Health
  readonly observe: CallObserver
  /** The largest request, in bytes. */
  readonly maxRequestBytes: number
  readonly bodies: BodyBudget
  /** How long a request may take to arrive, in milliseconds; that of a stream has no end. */
  readonly requestTimeoutMs: number
  /** How long a connection may be quiet before it is asked for a sign of life. Default {@link KEEPALIVE_MS}. */
  readonly keepaliveMs?: number | undefined
}

/**
 * A client that is gone without a word (its machine, or the network between) is noticed after this and a third of it more.
 * A client that calls rarely keeps its connection: its library answers the ping without its doing, and no limit is
 * set on how long a connection may be idle.
 */
const KEEPALIVE_MS = 60_000
/** On one connection; a client waits with more until some are answered. */
const MAX_STREAMS = 1_000
/** Of one call, as over HTTP/1.1. */
const MAX_HEADERS_BYTES = 16 * 1024
/** Node would refuse streams above 10 MB, answers that wait to be sent included; the body budget bounds what comes in. */
const MAX_SESSION_MEMORY_MB = 1_000

interface Served {
  readonly method: GrpcMethod
  readonly observe: CallObserver
}

export function createGrpcHandler(options: GrpcHandlerOptions): GrpcHandler {
  const { services, observe, bodies, keepaliveMs = KEEPALIVE_MS } = options
  const methods = new Map<string, Served>()
  const serve = (served: readonly GrpcMethod[], observer: CallObserver) => {
    for (const method of served) methods.set(pathOf(method), { method, observe: observer })
  }
  for (const service of services) serve(service.methods, observe)
  const quietly = failuresOnly(observe)
  serve(healthMethods(options.health), quietly)
  serve(reflectionMethods([...services.map(({ descriptor }) => descriptor), HealthService]), quietly)

  const sessions = new Set<ServerHttp2Session>()
  const connections = new Set<Socket>()
  const stopping = new AbortController()
  const server = createServer({
    settings: { maxConcurrentStreams: MAX_STREAMS, maxHeaderListSize: MAX_HEADERS_BYTES },
    maxSessionMemory: MAX_SESSION_MEMORY_MB,
  })
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
    keepAlive(session, keepaliveMs)
  })
  server.on('stream', (stream, headers) => {
    const identity = identifyCall((name) => headerOf(headers, name))
    if (headers[':method'] !== 'POST' || !isGrpc(headers['content-type'])) return refuseOther(stream, identity, observe)
    const served = methods.get(String(headers[':path']))
    const name = served?.method.descriptor.name ?? 'unknown'
    const call = openCall(stream, headers, {
      identity,
      observed: (served?.observe ?? observe)('grpc', name, identity),
      bodies,
      maxMessageBytes: options.maxRequestBytes,
      unreadTimeoutMs: options.requestTimeoutMs,
    })
    if (served === undefined) call.fail(noSuchMethod(headers))
    else if (isUnary(served.method)) serveUnary(call, served.method, options.requestTimeoutMs)
    else serveStreaming(call, served.method, stopping.signal)
  })

  return {
    accept: (connection) => {
      if (stopping.signal.aborted) return void connection.destroy()
      connections.add(connection)
      connection.once('close', () => connections.delete(connection))
      connection.allowHalfOpen = false // an HTTP/1.1 client may close its side and wait; one of HTTP/2 has gone then
      openSession(server, connection)
    },
    drain: async (graceMs) => {
      stopping.abort(new AppError(ErrorCode.Unavailable, 'This process is stopping.', { retryAfterSeconds: 1 }))
      // one that breaks is closed, too: `once` of node:events would reject
      const open = [...sessions].map((session) => new Promise<void>((resolve) => session.once('close', resolve)))
      for (const session of sessions) session.close()
      const cut = setTimeout(() => {
        for (const session of sessions) session.destroy(undefined, constants.NGHTTP2_CANCEL)
        for (const connection of connections) connection.destroy() // of a session that Node never closes
      }, graceMs)
      await Promise.race([Promise.all(open), sleep(graceMs + LINGER_MS, undefined, { ref: false })])
      clearTimeout(cut)
      // a connection can outlive its session, and the port is closed only when none is left
      const closed = [...connections].map((connection) => new Promise((resolve) => connection.once('close', resolve)))
      await Promise.race([Promise.all(closed), sleep(LINGER_MS, undefined, { ref: false })])
      for (const connection of connections) connection.destroy()
    },
  }
}

/** How long what was sent last may take to leave when a session has ended. */
const LINGER_MS = 1_000

/**
 * Node ends the connection of a session that has ended, and does not read it any more: when its client is gone with bytes
 * left unread, nothing ever closes it, nor the session when it was closed gracefully.
 */
function openSession(server: Http2Server, connection: Socket): void {
  const destroySoon = () => setTimeout(() => connection.destroy(), LINGER_MS).unref()
  connection.once('prefinish', destroySoon).once('finish', destroySoon) // our side was ended
  server.emit('connection', connection)
}

function pathOf({ descriptor }: GrpcMethod): string {
  return `/${descriptor.parent.typeName}/${descriptor.name}`
}

/** How a stream that somebody watches ends in the end, which says nothing of the work. */
const ENDS: readonly ErrorCode[] = [ErrorCode.Cancelled, ErrorCode.DeadlineExceeded, ErrorCode.Unavailable]

/** For what is asked all the time, such as health: only failures are observed. */
function failuresOnly(observe: CallObserver): CallObserver {
  return (protocol, method, identity) => ({
    succeeded: () => undefined,
    failed: (thrown) => {
      const error = toAppError(thrown)
      return ENDS.includes(error.code) ? error : observe(protocol, method, identity).failed(error)
    },
  })
}

function noSuchMethod(headers: IncomingHttpHeaders): AppError {
  return new AppError(ErrorCode.RouteNotFound, `There is no method ${headers[':path']}.`)
}

/** HTTP/2 without TLS is gRPC here: the other protocols come over HTTP/1.1. */
function refuseOther(stream: ServerHttp2Stream, identity: CallIdentity, observe: CallObserver): void {
  const message =
    'Over HTTP/2 there is only gRPC here (POST with content-type: application/grpc); ' +
    'REST, Connect and gRPC-Web are served over HTTP/1.1.'
  const error = observe('grpc', 'unknown', identity).failed(new AppError(ErrorCode.UnsupportedMediaType, message))
  stream.on('error', () => undefined)
  if (stream.destroyed || stream.closed) return // the client reset it at once: to respond would throw
  stream.respond({
    ':status': HTTP_STATUS[error.code],
    'content-type': 'application/problem+json',
    ...identityHeaders(identity),
  })
  stream.end(JSON.stringify(problemOf(error, identity.requestId)))
  stream.resume() // what comes of the body is thrown away
  stream.close(constants.NGHTTP2_NO_ERROR) // once the answer is sent: a client that never ends its side must not hold it
}

/** Ends a connection whose client is gone: one that does not answer a ping in a third of the interval. */
function keepAlive(session: ServerHttp2Session, intervalMs: number): void {
  let answer: NodeJS.Timeout | undefined
  const ping = setInterval(() => {
    if (session.destroyed) return
    answer = setTimeout(() => session.destroy(), intervalMs / 3).unref()
    session.ping((error) => {
      clearTimeout(answer)
      if (error) session.destroy()
    })
  }, intervalMs).unref()
  session.once('close', () => {
    clearInterval(ping)
    clearTimeout(answer)
  })
}
