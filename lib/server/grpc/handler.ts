import type { Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { constants, createServer } from 'node:http2'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Health as HealthService } from '../../../gen/health/v1/health_pb.ts'
import type { AccessControl, RequiredScope } from '../../auth/access-control.ts'
import { AppError, ErrorCode, toAppError } from '../../errors/app-error.ts'
import { HTTP_STATUS } from '../../errors/status-codes.ts'
import type { CallObserver } from '../call-observer.ts'
import type { Health } from '../health.ts'
import type { BodyBudget } from '../http/body-budget.ts'
import type { CallIdentity } from '../http/call-identity.ts'
import { identifyCall, identityHeaders } from '../http/call-identity.ts'
import type { ClientAddress } from '../http/client-address.ts'
import { problemOf } from '../rest/error.ts'
import type { RpcService } from '../rpc.ts'
import { headerOf, openCall } from './call.ts'
import { isGrpc } from './headers.ts'
import { healthMethods } from './health.ts'
import type { GrpcMethod } from './methods.ts'
import { serveMethod } from './methods.ts'
import { reflectionMethods } from './reflection.ts'

/** Serves gRPC over HTTP/2 on connections that are handed to it. It does not listen on a port. */
export interface GrpcHandler {
  /** Takes over a connection that starts with the HTTP/2 preface. The preface must not have been consumed. */
  accept(connection: Socket): void
  /** Waits up to `graceMs` for calls in flight and closes every connection. `stopping` must have aborted before. */
  drain(graceMs: number): Promise<void>
}

export interface GrpcHandlerOptions {
  readonly services: readonly RpcService[]
  readonly access: AccessControl
  readonly addressOf: ClientAddress
  readonly health: Health
  readonly observe: CallObserver
  /** The maximum size of a request in bytes, before and after decompression. */
  readonly maxRequestBytes: number
  readonly bodies: BodyBudget
  /** How long a request of one message may take to arrive, and a response may be left unread. */
  readonly requestTimeoutMs: number
  /** Aborts when the server stops, with the error for streams that are still open. */
  readonly stopping: AbortSignal
  /** Interval at which the credential of a stream is checked. */
  readonly recheckMs?: number | undefined
  /** Interval of keepalive pings. Default {@link KEEPALIVE_MS}. */
  readonly keepaliveMs?: number | undefined
}

/**
 * A client that disappears without closing its connection (machine or network failure) is detected after at most this
 * interval plus a third. Idle connections stay open without limit, because gRPC libraries answer pings on their own.
 */
const KEEPALIVE_MS = 60_000
/** Concurrent calls on one connection. Clients queue further calls. */
const MAX_STREAMS = 1_000
/** The limit for the headers of one call, the same as over HTTP/1.1. */
const MAX_HEADERS_BYTES = 16 * 1024
/**
 * With its default of 10 MB, Node rejects streams, also for unsent responses. The body budget limits requests instead.
 */
const MAX_SESSION_MEMORY_MB = 1_000

interface RegisteredMethod {
  readonly method: GrpcMethod
  /** Undefined for health checks, which have no limits either. */
  readonly required: RequiredScope | undefined
  readonly observe: CallObserver
}

export function createGrpcHandler(options: GrpcHandlerOptions): GrpcHandler {
  const { services, access, observe, bodies, stopping, keepaliveMs = KEEPALIVE_MS } = options
  const registry = new Map<string, RegisteredMethod>()
  for (const { methods } of services) {
    for (const method of methods) registry.set(pathOf(method), { method, required: method.scope, observe })
  }
  const register = (methods: readonly GrpcMethod[], required?: RequiredScope) => {
    for (const method of methods) registry.set(pathOf(method), { method, required, observe: failuresOnly(observe) })
  }
  register(healthMethods(options.health))
  register(reflectionMethods([...services.map(({ descriptor }) => descriptor), HealthService]), 'public')

  const sessions = new Set<ServerHttp2Session>()
  const connections = new Set<Socket>()
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
    if (headers[':method'] !== 'POST' || !isGrpc(headers['content-type'])) return rejectOther(stream, identity, observe)
    const registered = registry.get(String(headers[':path']))
    const name = registered?.method.descriptor.name ?? 'unknown'
    const call = openCall(stream, headers, {
      identity,
      observed: (registered?.observe ?? observe)('grpc', name, identity),
      addressOf: options.addressOf,
      bodies,
      maxMessageBytes: options.maxRequestBytes,
      unreadTimeoutMs: options.requestTimeoutMs,
      recheckMs: options.recheckMs,
    })
    if (registered === undefined) return call.fail(noSuchMethod(headers))
    const { method, required } = registered
    const serve = () => serveMethod(call, method, { requestTimeoutMs: options.requestTimeoutMs, stopping })
    if (required === undefined) serve()
    else call.admit(access, required, serve)
  })

  return {
    accept: (connection) => {
      if (stopping.aborted) return void connection.destroy()
      connections.add(connection)
      connection.once('close', () => connections.delete(connection))
      connection.allowHalfOpen = false // unlike in HTTP/1.1, a client that ends its side has disconnected
      openSession(server, connection)
    },
    drain: async (graceMs) => {
      // not `once` of node:events: it rejects for a session that fails, which is closed as well
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

/** How long the last bytes of an ended session may take to be sent. */
const LINGER_MS = 1_000

/**
 * When a session ends, Node ends its side of the connection and stops reading. If the client has disconnected and bytes
 * are left unread, the connection would never close, and neither would a session that was closed gracefully.
 */
function openSession(server: Http2Server, connection: Socket): void {
  const destroySoon = () => setTimeout(() => connection.destroy(), LINGER_MS).unref()
  connection.once('prefinish', destroySoon).once('finish', destroySoon) // the server's side was ended
  server.emit('connection', connection)
}

function pathOf({ descriptor }: GrpcMethod): string {
  return `/${descriptor.parent.typeName}/${descriptor.name}`
}

/** The normal ends of a stream that watches something. They are not failures. */
const STREAM_ENDS: readonly ErrorCode[] = [ErrorCode.Cancelled, ErrorCode.DeadlineExceeded, ErrorCode.Unavailable]

/** Records only failures, for methods that are called all the time, such as health checks. */
function failuresOnly(observe: CallObserver): CallObserver {
  return (protocol, method, identity) => ({
    succeeded: () => undefined,
    failed: (thrown) => {
      const error = toAppError(thrown)
      return STREAM_ENDS.includes(error.code) ? error : observe(protocol, method, identity).failed(error)
    },
  })
}

function noSuchMethod(headers: IncomingHttpHeaders): AppError {
  return new AppError(ErrorCode.RouteNotFound, `No such method: ${headers[':path']}.`)
}

/** Rejects requests other than gRPC: the other protocols are only served over HTTP/1.1. */
function rejectOther(stream: ServerHttp2Stream, identity: CallIdentity, observe: CallObserver): void {
  const message =
    'Only gRPC is served over HTTP/2 (POST with content-type: application/grpc). ' +
    'Use HTTP/1.1 for REST, Connect and gRPC-Web.'
  const error = observe('grpc', 'unknown', identity).failed(new AppError(ErrorCode.UnsupportedMediaType, message))
  stream.on('error', () => undefined)
  if (stream.destroyed || stream.closed) return // the client has reset it; respond() would throw
  stream.respond({
    ':status': HTTP_STATUS[error.code],
    'content-type': 'application/problem+json',
    ...identityHeaders(identity),
  })
  stream.end(JSON.stringify(problemOf(error, identity.requestId)))
  stream.resume() // discards the body
  stream.close(constants.NGHTTP2_NO_ERROR) // after the response is sent, because the client may never end its side
}

/** Closes a session whose client does not answer a ping within a third of the interval. */
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
