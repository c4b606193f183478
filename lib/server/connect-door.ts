import type { ConnectRouter, HandlerContext } from '@connectrpc/connect'
import { ConnectError } from '@connectrpc/connect'
import { fastifyConnectPlugin } from '@connectrpc/connect-fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AppError } from '../errors/app-error.ts'
import { RPC_CODE } from '../errors/status-codes.ts'
import type { BodyBudget, HeldBody } from './body-budget.ts'
import { weightOfBytes } from './body-budget.ts'
import type { CallObserver } from './call-observer.ts'
import type { CallContext, RpcMethod, RpcService } from './rpc.ts'
import { errorDetails } from './rpc-error.ts'

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
  }
  fastifyConnectPlugin(app, plugin, done) // called, not registered: each scope delays the closing of the port
}

async function* countedBody({ raw, routeOptions }: FastifyRequest, held: HeldBody, observe: CallObserver) {
  const weight = weightOfBytes(raw.headers)
  // a refusal must not take the connection along, on which its answer goes
  for await (const chunk of raw.iterator({ destroyOnReturn: false })) {
    try {
      held.take(chunk.length * weight)
    } catch (thrown) {
      raw.resume() // what is still to come is thrown away
      throw toConnectError(observe('connect', routeOptions.url?.split('/')[2] ?? 'unknown').failed(thrown))
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
  const call = observe('connect', method.descriptor.name)
  try {
    const response = await method.handle(request, connectContext(context))
    call.succeeded()
    return response
  } catch (thrown) {
    throw toConnectError(call.failed(thrown))
  }
}

function connectContext(context: HandlerContext): CallContext {
  return { signal: context.signal, header: (name) => context.requestHeader.get(name) ?? undefined }
}

function toConnectError(error: AppError): ConnectError {
  const headers = error.retryAfterSeconds === undefined ? {} : { 'retry-after': String(error.retryAfterSeconds) }
  return new ConnectError(error.message, RPC_CODE[error.code], headers, errorDetails(error))
}
