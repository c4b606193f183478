import { toBinary, toJsonString } from '@bufbuild/protobuf'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AccessControl } from '../../auth/access-control.ts'
import type { Principal } from '../../auth/principal.ts'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import type { CallObserver } from '../call-observer.ts'
import { decodeMessage } from '../decode-message.ts'
import { abortWhenClosed } from '../http/abort-when-closed.ts'
import type { BodyBudget } from '../http/body-budget.ts'
import { weightOfBytes } from '../http/body-budget.ts'
import { identityOf } from '../http/call-identity.ts'
import { incomingCall } from '../http/incoming-call.ts'
import { readBody } from '../http/read-body.ts'
import { translateFastifyError } from '../rest/error.ts'
import type { CallContext, RpcMethod, RpcService } from '../rpc.ts'
import { allowedMethods, connectProtocol } from './connect-protocol.ts'
import { decodeJson } from './decode-json.ts'
import { grpcWebProtocol, isGrpcWeb } from './grpc-web-protocol.ts'

interface ConnectHandlerOptions {
  readonly services: readonly RpcService[]
  readonly access: AccessControl
  readonly observe: CallObserver
  /** The maximum size of a request in bytes, before and after decompression. */
  readonly maxRequestBytes: number
  readonly bodies: BodyBudget
}

/** Serves unary Connect and gRPC-Web over HTTP/1.1. `app` must be a separate Fastify scope. */
export function registerConnectHandler(app: FastifyInstance, options: ConnectHandlerOptions, done: () => void): void {
  const { services, observe } = options
  // `serve` reads the body itself, within the budget
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, parsed) => parsed(null))
  // handles requests rejected before `serve` runs: invalid headers, or any request during shutdown
  app.setErrorHandler((thrown, request, reply) => {
    const call = observe('connect', methodName(request), identityOf(request))
    return protocolOf(request).sendError(reply, call.failed(translateError(thrown)), request.id)
  })
  for (const { descriptor, methods } of services) {
    for (const method of methods) {
      app.all(`/${descriptor.typeName}/${method.descriptor.name}`, (request, reply) =>
        serve(method, request, reply, options),
      )
    }
    app.all(`/${descriptor.typeName}/*`, ({ params }) => {
      const { '*': name } = params as { '*': string }
      throw new AppError(ErrorCode.RouteNotFound, `${descriptor.typeName} has no method ${name}.`)
    })
  }
  done()
}

async function serve(
  method: RpcMethod,
  request: FastifyRequest,
  reply: FastifyReply,
  { access, observe, maxRequestBytes, bodies }: ConnectHandlerOptions,
): Promise<FastifyReply> {
  const { descriptor } = method
  const protocol = protocolOf(request)
  const call = observe('connect', descriptor.name, identityOf(request))
  if (request.method === 'OPTIONS') {
    call.succeeded()
    return reply.code(204).header('allow', allowedMethods(descriptor)).send()
  }
  const reservation = bodies.reserve()
  let deadline: ReturnType<typeof abortWhenClosed> | undefined
  try {
    const admitted = access.admit(incomingCall(request, reply), method.scope)
    const principal = admitted instanceof Promise ? await admitted : admitted
    const head = protocol.open(request, descriptor)
    deadline = abortWhenClosed(reply.raw, head.timeoutMs)
    const { signal } = deadline
    const weight = weightOfBytes(request.headers)
    const take = (bytes: number) => reservation.take(bytes * weight)
    const bytes = await head.readMessage(() => readBody(request, maxRequestBytes, take), maxRequestBytes)
    reservation.takeUpTo(bytes.length) // a compressed body was counted with an estimate
    const input = head.isBinary ? decodeMessage(descriptor.input, bytes) : decodeJson(descriptor.input, bytes)
    const output = await untilAborted(signal, () => method.handle(input, contextOf(request, principal, signal)))
    const response = head.isBinary
      ? toBinary(descriptor.output, output)
      : Buffer.from(toJsonString(descriptor.output, output))
    call.succeeded()
    return protocol.sendMessage(reply, head, response)
  } catch (thrown) {
    const error = call.failed(thrown)
    if (error.code === ErrorCode.MethodNotAllowed) reply.header('allow', allowedMethods(descriptor))
    return protocol.sendError(reply, error, request.id)
  } finally {
    reservation.release() // not on `close`, which may precede the last `take`
    deadline?.release()
  }
}

function protocolOf(request: FastifyRequest) {
  return isGrpcWeb(request) ? grpcWebProtocol : connectProtocol
}

/** Rejects when the signal aborts, also if the method ignores the signal. Its result is then discarded. */
async function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([work(), aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function contextOf(request: FastifyRequest, principal: Principal, signal: AbortSignal): CallContext {
  const { headers, traceparent, clientAddress: address, id } = request
  const header = (name: string) => headers[name]?.toString()
  return { signal, principal, address, requestId: id, header, traceparent }
}

/** Replaces the message for a content type that Fastify cannot parse, which is written for REST. */
function translateError(thrown: unknown): unknown {
  const error = translateFastifyError(thrown)
  if (!(error instanceof AppError) || error.code !== ErrorCode.UnsupportedMediaType) return error
  const message = 'The header content-type cannot be parsed; it must be application/json or application/proto.'
  return new AppError(ErrorCode.UnsupportedMediaType, message, { cause: error.cause })
}

function methodName({ routeOptions }: FastifyRequest): string {
  const name = routeOptions.url?.split('/')[2] ?? '*'
  return name === '*' ? 'unknown' : name
}
