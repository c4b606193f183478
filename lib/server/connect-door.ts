import type { ConnectRouter, HandlerContext } from '@connectrpc/connect'
import { ConnectError } from '@connectrpc/connect'
import type { AppError } from '../errors/app-error.ts'
import { RPC_CODE } from '../errors/status-codes.ts'
import type { CallObserver } from './call-observer.ts'
import type { CallContext, RpcMethod, RpcService } from './rpc.ts'
import { errorDetails } from './rpc-error.ts'

/** Serves Connect and gRPC-Web, unary, over HTTP/1.1. */
export function registerConnectDoor(
  router: ConnectRouter,
  services: readonly RpcService[],
  observe: CallObserver,
): void {
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
