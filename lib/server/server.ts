import { randomUUID } from 'node:crypto'
import http from 'node:http'
import { fastifyConnectPlugin } from '@connectrpc/connect-fastify'
import type { FastifyBaseLogger } from 'fastify'
import { fastify, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { Log } from '../log/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { createCallObserver } from './call-observer.ts'
import { registerConnectDoor } from './connect-door.ts'
import type { ConnectionRouter } from './connection-router.ts'
import { routeConnections } from './connection-router.ts'
import { createGrpcDoor } from './grpc-door.ts'
import { createHealth, keepEvaluating } from './health.ts'
import { allowLongBodies } from './long-body.ts'
import { registerOperations } from './operations.ts'
import type { ReadinessCheck } from './readiness.ts'
import { createReadinessMonitor } from './readiness.ts'
import type { RegisterRest } from './rest-door.ts'
import { registerRestDoor } from './rest-door.ts'
import type { RpcService } from './rpc.ts'

export interface ServerOptions {
  readonly title: string
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
}

export interface Server {
  /** Where it listens, for example `http://127.0.0.1:8000`. */
  readonly url: string
  /**
   * Says "unready", stops accepting, lets running calls finish for `graceMs` at the most, and closes. Safe to call twice.
   */
  close(graceMs: number): Promise<void>
}

/** One lead has 20,000 characters at the most, up to 6 bytes each as JSON; this leaves a polite margin. */
const MAX_REST_BODY_BYTES = 4 * 1024 * 1024
/** A batch has up to 1,000 leads; the bound keeps one call from taking the process's memory. */
const MAX_RPC_BYTES = 32 * 1024 * 1024
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
  const grpc = createGrpcDoor({
    services: options.services,
    health: health.implementation,
    observe,
    maxRequestBytes: MAX_RPC_BYTES,
  })

  let closed: Promise<void> | undefined
  let router: ConnectionRouter | undefined
  const requestTimeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS
  const loggerInstance: FastifyBaseLogger = options.log
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_REST_BODY_BYTES,
    genReqId: () => randomUUID(),
    routerOptions: { ignoreTrailingSlash: true },
    serverFactory: (handler) => {
      const server = http.createServer(
        {
          headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
          requestTimeout: requestTimeoutMs,
          connectionsCheckingInterval: TIMEOUT_CHECK_MS,
        },
        handler,
      )
      // Node closes idle connections once, when the closing begins; one whose call ends later would stay open
      server.on('request', (_request, response) =>
        response.once('close', () => closed && setImmediate(() => server.closeIdleConnections())),
      )
      router = routeConnections(server, (connection) => grpc.accept(connection), options.firstBytesTimeoutMs ?? 30_000)
      return server
    },
  })
  allowLongBodies(app)
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  await registerOperations(app, { title: options.title, readiness, metrics: options.metrics })
  registerRestDoor(app, options.rest, observe)
  await app.register(fastifyConnectPlugin, {
    routes: (connect) => registerConnectDoor(connect, options.services, observe),
    readMaxBytes: MAX_RPC_BYTES,
    grpc: false,
  })

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
