import type { RequestListener } from 'node:http'
import http from 'node:http'
import type { FastifyBaseLogger } from 'fastify'
import { fastify, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import type { Log } from '../log/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { createCallObserver } from './call-observer.ts'
import { registerConnectHandler } from './connect/handler.ts'
import { createGrpcHandler } from './grpc/handler.ts'
import { createHealth, keepEvaluating } from './health.ts'
import { createBodyBudget } from './http/body-budget.ts'
import { identifyHttpCalls, requestIdOf } from './http/call-identity.ts'
import { assertValidHttp, originFormOf } from './http/checks.ts'
import type { ConnectionRouter } from './http/connection-router.ts'
import { routeConnections } from './http/connection-router.ts'
import { createHttpRefusals } from './http/refusals.ts'
import { registerOperations } from './operations.ts'
import type { ReadinessCheck } from './readiness.ts'
import { createReadinessMonitor } from './readiness.ts'
import { listAllowedMethods } from './rest/allowed-methods.ts'
import type { RegisterRest } from './rest/handler.ts'
import { createRefuse, registerRestHandler } from './rest/handler.ts'
import { allowLongBodies } from './rest/long-body.ts'
import type { ApiDescription } from './rest/openapi/register-openapi.ts'
import type { RpcService } from './rpc.ts'

export interface ServerOptions {
  /** What its OpenAPI document says of it. */
  readonly api: ApiDescription
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly services: readonly RpcService[]
  readonly rest: RegisterRest
  readonly checks: readonly ReadinessCheck[]
  readonly log: Log
  readonly metrics: Metrics
  /** How long a connection may be silent before its first bytes. Default 30 s: clients keep spare connections. */
  readonly firstBytesTimeoutMs?: number
  /** How long a whole request may take to arrive, unless its route allows more. Default 30 s. */
  readonly requestTimeoutMs?: number
  /** How much of all bodies may be in hand, in bytes. Default {@link MAX_BODY_BYTES}. */
  readonly maxBodyBytes?: number
  /** How long a gRPC connection may be quiet before it is asked for a sign of life. Default 60 s. */
  readonly grpcKeepaliveMs?: number
}

export interface Server {
  /** Where it listens, for example `http://127.0.0.1:8000`. */
  readonly url: string
  /**
   * Says "unready", stops accepting, lets running calls finish for `graceMs` at the most, and closes. Safe to call twice.
   */
  close(graceMs: number): Promise<void>
}

const MIB = 1024 * 1024
/** The largest lead has 20,618 code points, each up to twelve bytes as JSON (two escaped code units): 242 KiB. */
const MAX_REST_BODY_BYTES = 256 * 1024
/** A batch has up to 1,000 leads, of 8 KiB each when there are as many. */
const MAX_RPC_BYTES = 8 * MIB
/**
 * All bodies together that are received or not answered yet, imports aside, which have bounds of their own. A body is kept
 * several times over on its way: as bytes, as text, as parameters of a statement. What that leads to is held against a
 * pod's memory (deploy/k8s/base/intake/deployment.yaml) by test/large-bodies.test.ts.
 */
const MAX_BODY_BYTES = 32 * MIB
/** How long the head of a request may take to arrive once it has begun, and a whole request. */
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
/** How often Node looks for such connections; its default of 30 s would make forty seconds of ten. */
const TIMEOUT_CHECK_MS = 2_000

/** Starts a server that speaks REST, Connect, gRPC-Web and gRPC on one port. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const observe = createCallObserver(options.log, options.metrics)
  const health = createHealth(options.services)
  const readiness = createReadinessMonitor(options.checks, health.set)
  const bodies = createBodyBudget(options.maxBodyBytes ?? MAX_BODY_BYTES)
  const refuse = createRefuse(observe)
  const requestTimeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS
  const rpc = { services: options.services, observe, bodies, maxRequestBytes: MAX_RPC_BYTES }
  const grpc = createGrpcHandler({ ...rpc, health, requestTimeoutMs, keepaliveMs: options.grpcKeepaliveMs })

  let closed: Promise<void> | undefined
  let router: ConnectionRouter | undefined
  const loggerInstance: FastifyBaseLogger = options.log
  const refusals = createHttpRefusals(observe)
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_REST_BODY_BYTES,
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: refuse,
    clientErrorHandler: refusals.onClientError,
    return503OnClosing: false, // its answer says nothing; the hook below has a better one
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
          requireHostHeader: false, // its refusal says nothing; assertValidHttp has a better one
        },
        handler,
      )
      server.on('checkExpectation', handler) // likewise
      // Node closes idle connections once, when the closing begins; one whose call ends later would stay open
      server.on('request', (_request, response) =>
        response.once('close', () => closed && setImmediate(() => server.closeIdleConnections())),
      )
      router = routeConnections(server, (connection) => grpc.accept(connection), options.firstBytesTimeoutMs ?? 30_000)
      return server
    },
  })
  identifyHttpCalls(app)
  refusals.track(app)
  allowLongBodies(app)
  const allowedMethods = listAllowedMethods(app)
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  await registerOperations(app, { api: options.api, readiness, metrics: options.metrics })
  app.removeAllContentTypeParsers() // each protocol handler brings its own
  registerRestHandler(app, options.rest, { observe, refuse, bodies, allowedMethods })
  // behind the hooks that give a call its name, so that its refusal is counted under it
  app.addHook('preParsing', ({ raw }, _reply, _body, done) => {
    if (closed !== undefined) throw stopping()
    assertValidHttp(raw)
    done()
  })
  await app.register((scope, _options, done) => registerConnectHandler(scope, rpc, done))

  const url = await app.listen({ host: options.host, port: options.port })
  const stopEvaluating = keepEvaluating(readiness)
  const close = async (graceMs: number) => {
    stopEvaluating()
    readiness.startDraining()
    router?.close()
    await Promise.all([grpc.drain(graceMs), closeHttp(graceMs)])
  }
  const closeHttp = async (graceMs: number) => {
    const deadline = setTimeout(() => app.server.closeAllConnections(), graceMs)
    await app.close()
    clearTimeout(deadline)
  }
  return {
    url,
    close: (graceMs) => {
      closed ??= close(graceMs)
      return closed
    },
  }
}

function stopping(): AppError {
  return new AppError(ErrorCode.Unavailable, 'This process is stopping; try again.', { retryAfterSeconds: 1 })
}
