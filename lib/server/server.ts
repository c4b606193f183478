import type { RequestListener } from 'node:http'
import http from 'node:http'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { fastify, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { AccessControl } from '../auth/access-control.ts'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import type { Log } from '../log/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { createCallObserver } from './call-observer.ts'
import { registerConnectHandler } from './connect/handler.ts'
import { createGrpcHandler } from './grpc/handler.ts'
import { createHealth, evaluatePeriodically } from './health.ts'
import { createBodyBudget } from './http/body-budget.ts'
import { identifyHttpCalls, requestIdOf } from './http/call-identity.ts'
import { createClientAddress } from './http/client-address.ts'
import { createClientErrorHandler } from './http/client-errors.ts'
import type { ConnectionRouter } from './http/connection-router.ts'
import { routeConnections } from './http/connection-router.ts'
import type { IsAllowedOrigin } from './http/cors.ts'
import { addCorsHeaders, allowOrigins } from './http/cors.ts'
import { locateHttpCalls } from './http/incoming-call.ts'
import { assertValidHttp, originFormOf } from './http/request-checks.ts'
import { addSecurityHeaders, secureResponses } from './http/security-headers.ts'
import type { ReadinessCheck, ReadinessMonitor } from './readiness.ts'
import { createReadinessMonitor } from './readiness.ts'
import { listAllowedMethods } from './rest/allowed-methods.ts'
import type { RegisterRest } from './rest/handler.ts'
import { createErrorHandler, registerRestHandler } from './rest/handler.ts'
import { allowLongBodies } from './rest/long-body.ts'
import type { ApiDescription } from './rest/openapi/register-openapi.ts'
import { registerOpenApi } from './rest/openapi/register-openapi.ts'
import type { RpcService } from './rpc.ts'
import type { TlsOptions } from './tls/tls-terminator.ts'
import { createTlsTerminator } from './tls/tls-terminator.ts'

export interface ServerOptions {
  /** The service's title, description and tags in its OpenAPI document. */
  readonly api: ApiDescription
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  readonly services: readonly RpcService[]
  readonly access: AccessControl
  /** Addresses and CIDR blocks of proxies whose `X-Forwarded-For` is believed. Default: none. */
  readonly trustedProxies?: readonly string[]
  /** Which web pages may call the service. Default: those of its own origin. */
  readonly isAllowedOrigin?: IsAllowedOrigin | undefined
  readonly rest: RegisterRest
  readonly checks: readonly ReadinessCheck[]
  readonly log: Log
  readonly metrics: Metrics
  /** Undefined without TLS. */
  readonly tls?: TlsOptions | undefined
  /**
   * How long a connection may take to send its first bytes, TLS handshake included. Default 30 s, because clients open
   * spare connections.
   */
  readonly firstBytesTimeoutMs?: number
  /** How long a whole request may take to arrive, except on routes with `longBody`. Default 30 s. */
  readonly requestTimeoutMs?: number
  /** Limit for all request bodies in flight together, in bytes. Default {@link MAX_BODY_BYTES}. */
  readonly maxBodyBytes?: number
  /** Interval of HTTP/2 keepalive pings on gRPC connections. Default 60 s. */
  readonly grpcKeepaliveMs?: number
  /** Interval at which the credential of a stream is checked. Default 5 s. */
  readonly recheckMs?: number
  /** Interval of the comments in server-sent events. Default 15 s. */
  readonly heartbeatMs?: number
}

export interface Server {
  /** The address it listens on, for example `http://127.0.0.1:8000`, or with `https:`. */
  readonly url: string
  /** Reports unready, stops accepting, waits up to `graceMs` for calls in flight, and closes. Safe to call twice. */
  close(graceMs: number): Promise<void>
}

const MIB = 1024 * 1024
/** The largest lead has 20,618 code points of up to twelve bytes each as JSON (two escaped code units): 242 KiB. */
const MAX_REST_BODY_BYTES = 256 * 1024
/** The largest batch has 1,000 leads of 8 KiB each. */
const MAX_RPC_BYTES = 8 * MIB
/**
 * Limit for all request bodies in flight together, except imports, which have their own limits. A body is held several
 * times: as bytes, as text and as query parameters. test/large-bodies.test.ts checks that the total fits into the
 * memory of a pod (deploy/k8s/base/intake/deployment.yaml).
 */
const MAX_BODY_BYTES = 32 * MIB
/** How long the headers of a request, and the whole request, may take to arrive. */
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
/** How often Node checks these timeouts. With its default of 30 s, a 10 s timeout could take 40 s to fire. */
const TIMEOUT_CHECK_MS = 2_000

/** Starts a server for REST, Connect, gRPC-Web and gRPC on one port. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const observe = createCallObserver(options.log, options.metrics)
  const health = createHealth(options.services)
  const readiness = createReadinessMonitor(options.checks, health.set)
  const bodies = createBodyBudget(options.maxBodyBytes ?? MAX_BODY_BYTES)
  const handleError = createErrorHandler(observe)
  const requestTimeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS
  const { services, access, isAllowedOrigin, recheckMs, heartbeatMs } = options
  const addressOf = createClientAddress(options.trustedProxies ?? [], warnOnce(options.log))
  const stopping = new AbortController()
  const rpc = {
    services,
    access,
    observe,
    bodies,
    maxRequestBytes: MAX_RPC_BYTES,
    stopping: stopping.signal,
    recheckMs,
  }
  const grpc = createGrpcHandler({ ...rpc, addressOf, health, requestTimeoutMs, keepaliveMs: options.grpcKeepaliveMs })

  const tls = options.tls && (await createTlsTerminator({ ...options.tls, log: options.log, metrics: options.metrics }))

  let closed: Promise<void> | undefined
  let router: ConnectionRouter | undefined
  const loggerInstance: FastifyBaseLogger = options.log
  const clientErrors = createClientErrorHandler(observe)
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_REST_BODY_BYTES,
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: (error, request, reply) => {
      // no hook has run
      addSecurityHeaders(request, reply)
      if (isAllowedOrigin) addCorsHeaders(request, reply, isAllowedOrigin)
      handleError(error, request, reply)
    },
    clientErrorHandler: clientErrors.onClientError,
    return503OnClosing: false, // its response has no details; the hook below sends a problem document
    serverFactory: (handle) => {
      const handler: RequestListener = (request, response) => {
        request.url = originFormOf(request.url ?? '')
        handle(request, response)
      }
      const server = http.createServer(
        {
          headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
          requestTimeout: requestTimeoutMs,
          connectionsCheckingInterval: TIMEOUT_CHECK_MS,
          requireHostHeader: false, // its response has no details; assertValidHttp checks the header
        },
        handler,
      )
      server.on('checkExpectation', handler) // assertValidHttp checks this header, too
      // Node closes idle connections only once, when closing starts; connections that become idle later would stay open
      server.on('request', (_request, response) =>
        response.once('close', () => closed && setImmediate(() => server.closeIdleConnections())),
      )
      router = routeConnections(server, {
        acceptHttp2: grpc.accept,
        firstBytesTimeoutMs: options.firstBytesTimeoutMs ?? 30_000,
        tls,
        rejectWithoutTls: clientErrors.rejectWithoutTls,
      })
      return server
    },
  })
  identifyHttpCalls(app)
  locateHttpCalls(app, addressOf)
  secureResponses(app)
  if (isAllowedOrigin) allowOrigins(app, { isAllowed: isAllowedOrigin, access, observe })
  clientErrors.track(app)
  allowLongBodies(app)
  const allowedMethods = listAllowedMethods(app)
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  await registerOperations(app, { api: options.api, readiness, metrics: options.metrics })
  app.removeAllContentTypeParsers() // each protocol handler adds its own
  const streams = { stopping: stopping.signal, unreadTimeoutMs: requestTimeoutMs, heartbeatMs, recheckMs }
  registerRestHandler(app, options.rest, { access, observe, handleError, bodies, allowedMethods, streams })
  // after the hooks that name the call, so that a rejection is recorded under that name
  app.addHook('preParsing', ({ raw }, _reply, _body, done) => {
    if (closed !== undefined) throw shuttingDown()
    assertValidHttp(raw)
    done()
  })
  const connect = { ...rpc, unreadTimeoutMs: requestTimeoutMs }
  await app.register((scope, _options, done) => registerConnectHandler(scope, connect, done))

  const address = await app.listen({ host: options.host, port: options.port })
  const stopEvaluating = evaluatePeriodically(readiness)
  const close = async (graceMs: number) => {
    stopEvaluating()
    readiness.startDraining()
    router?.close()
    tls?.stop()
    stopping.abort(shuttingDown())
    await Promise.all([grpc.drain(graceMs), closeHttp(graceMs)])
  }
  const closeHttp = async (graceMs: number) => {
    const deadline = setTimeout(() => app.server.closeAllConnections(), graceMs)
    await app.close()
    clearTimeout(deadline)
  }
  return {
    url: tls === undefined ? address : address.replace(/^http:/, 'https:'), // Fastify does not know of TLS
    close: (graceMs) => {
      closed ??= close(graceMs)
      return closed
    },
  }
}

/** Registers the routes that every service has. Must be called before the REST routes are registered. */
async function registerOperations(
  app: FastifyInstance,
  options: { api: ApiDescription; readiness: ReadinessMonitor; metrics: Metrics },
): Promise<void> {
  await registerOpenApi(app, options.api)
  const hidden = { schema: { hide: true } }
  app.get('/healthz', hidden, async () => ({ status: 'ok' }))
  app.get('/readyz', hidden, async (_request, reply) => {
    const readiness = await options.readiness.evaluate()
    return reply.code(readiness.status === 'unready' ? 503 : 200).send(readiness)
  })
  app.get('/metrics', hidden, async (_request, reply) => {
    const { contentType, body } = await options.metrics.render()
    return reply.header('content-type', contentType).send(body)
  })
}

function shuttingDown(): AppError {
  return new AppError(ErrorCode.Unavailable, 'The server is shutting down; retry.', { retryAfterSeconds: 1 })
}

/** Any caller can cause the warning, so it appears once. */
function warnOnce(log: Log): () => void {
  let warned = false
  return () => {
    if (warned) return
    warned = true
    log.warn(
      'a call has the header X-Forwarded-For, but not from one of TRUSTED_PROXIES: behind a proxy that is not listed ' +
        'there, all clients share the limit of one address',
    )
  }
}
