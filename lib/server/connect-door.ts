import type { ConnectRouter, HandlerContext } from '@connectrpc/connect'
import { ConnectError, createContextKey, createContextValues } from '@connectrpc/connect'
import { fastifyConnectPlugin } from '@connectrpc/connect-fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AppError } from '../errors/app-error.ts'
import { RPC_CODE } from '../errors/status-codes.ts'
import type { BodyBudget, HeldBody } from './body-budget.ts'
import { weightOfBytes } from './body-budget.ts'
import type { CallIdentity } from './call-identity.ts'
import { identityOf } from './call-identity.ts'
import type { CallObserver } from './call-observer.ts'
import type { CallContext, RpcMethod, RpcService } from './rpc.ts'
import { errorDetails } from './rpc-error.ts'

/** Where a handler finds the identity that Fastify's request has. */
const identityKey = createContextKey<CallIdentity>({ requestId: '', traceparent: '' })

/** Serves Connect and gRPC-Web, unary, over HTTP/1.1, in a scope of their own. */
export function registerConnectDoor(
  app: FastifyInstance,
  options: {
    readonly services: readonly RpcService[]
    readonly observe: CallObserver
    /** The largest request, in bytes. */
    readonly maxRequestBytes: number
    readonly bodies: BodyBudget
  },
  done: () => void,
): void {
  const { services, observe, bodies } = options
  app.addHook('preHandler', (request, reply, next) => {
    if (request.method === 'POST') {
      const held = bodies.hold()
      reply.raw.once('close', held.release)
      request.body = countedBody(request, held, observe) // the plugin takes it for what it would read itself
    }
    next()
  })
  const plugin = {
    routes: (router: ConnectRouter) => registerMethods(router, services, observe),
    readMaxBytes: options.maxRequestBytes,
    grpc: false,
    contextValues: (request: FastifyRequest) => createContextValues().set(identityKey, identityOf(request)),
  }
  fastifyConnectPlugin(app, plugin, done) // called, not registered: each scope delays the closing of the port
}

async function* countedBody(request: FastifyRequest, held: HeldBody, observe: CallObserver) {
  const { raw, routeOptions } = request
  const weight = weightOfBytes(raw.headers)
  // a refusal must not take the connection along, on which its answer goes
  for await (const chunk of raw.iterator({ destroyOnReturn: false })) {
    try {
      held.take(chunk.length * weight)
    } catch (thrown) {
      raw.resume() // what is still to come is thrown away
      const identity = identityOf(request)
      const call = observe('connect', routeOptions.url?.split('/')[2] ?? 'unknown', identity)
      throw toConnectError(call.failed(thrown), identity)
    }
    yield chunk as Buffer
  }
}

function registerMethods(router: ConnectRouter, services: readonly RpcService[], observe: CallObserver): void {
  for (const { methods } of services) {
    for (const method of methods) {
      router.rpc(method.descriptor, (request, context) => serve(method, request, context, observe))
    }
  }
}

async function serve(
  method: RpcMethod,
  request: Parameters<RpcMethod['handle']>[0],
  context: HandlerContext,
  observe: CallObserver,
) {
  const identity = context.values.get(identityKey)
  const call = observe('connect', method.descriptor.name, identity)
  try {
    const response = await method.handle(request, connectContext(context, identity))
    call.succeeded()
    return response
  } catch (thrown) {
    throw toConnectError(call.failed(thrown), identity)
  }
}

function connectContext(context: HandlerContext, { traceparent }: CallIdentity): CallContext {
  const header = (name: string) => context.requestHeader.get(name) ?? undefined
  return { signal: context.signal, header, traceparent }
}

function toConnectError(error: AppError, { requestId }: CallIdentity): ConnectError {
  const headers = error.retryAfterSeconds === undefined ? {} : { 'retry-after': String(error.retryAfterSeconds) }
  return new ConnectError(error.message, RPC_CODE[error.code], headers, errorDetails(error, requestId))
}
