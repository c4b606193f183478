import { toBinary, toJsonString } from '@bufbuild/protobuf'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import type { CallObserver } from '../call-observer.ts'
import { decodeMessage } from '../decode-message.ts'
import { abortWhenClosed } from '../http/abort-when-closed.ts'
import type { BodyBudget } from '../http/body-budget.ts'
import { weightOfBytes } from '../http/body-budget.ts'
import { identityOf } from '../http/call-identity.ts'
import { readBody } from '../http/read-body.ts'
import { translateFastifyError } from '../rest/problem.ts'
import type { CallContext, RpcMethod, RpcService } from '../rpc.ts'
import { allowedMethods, connectProtocol } from './connect-protocol.ts'
import { decodeJson } from './decode-json.ts'
import { grpcWebProtocol, isGrpcWeb } from './grpc-web-protocol.ts'

interface ConnectHandlerOptions {
  readonly services: readonly RpcService[]
  readonly observe: CallObserver
  /** The largest request, in bytes; decompressed, too. */
  readonly maxRequestBytes: number
  readonly bodies: BodyBudget
}

/** Serves Connect and gRPC-Web, unary, over HTTP/1.1, in a scope of their own. */
export function registerConnectHandler(app: FastifyInstance, options: ConnectHandlerOptions, done: () => void): void {
  const { services, observe } = options
  // a call reads its body itself, within the budget
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, parsed) => parsed(null))
  // what is refused before a route's handler runs: the head of the request, or any request while the process stops
  app.setErrorHandler((thrown, request, reply) => {
    const call = observe('connect', methodName(request), identityOf(request))
    return protocolOf(request).refuse(reply, call.failed(toRefusal(thrown)), request.id)
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
  { observe, maxRequestBytes, bodies }: ConnectHandlerOptions,
): Promise<FastifyReply> {
  const { descriptor } = method
  const protocol = protocolOf(request)
  const call = observe('connect', descriptor.name, identityOf(request))
  if (request.method === 'OPTIONS') {
    call.succeeded()
    return reply.code(204).header('allow', allowedMethods(descriptor)).send()
  }
  const held = bodies.hold()
  let deadline: ReturnType<typeof abortWhenClosed> | undefined
  try {
    const head = protocol.open(request, descriptor)
    deadline = abortWhenClosed(reply.raw, head.timeoutMs)
    const { signal } = deadline
    const weight = weightOfBytes(request.headers)
    const take = (bytes: number) => held.take(bytes * weight)
    const bytes = await head.readMessage(() => readBody(request, maxRequestBytes, take), maxRequestBytes)
    held.takeUpTo(bytes.length) // what came compressed was counted by a guess
    const input = head.isBinary ? decodeMessage(descriptor.input, bytes) : decodeJson(descriptor.input, bytes)
    const output = await untilAborted(signal, () => method.handle(input, contextOf(request, signal)))
    const answer = head.isBinary
      ? toBinary(descriptor.output, output)
      : Buffer.from(toJsonString(descriptor.output, output))
    call.succeeded()
    return protocol.answer(reply, head, answer)
  } catch (thrown) {
    const error = call.failed(thrown)
    if (error.code === ErrorCode.MethodNotAllowed) reply.header('allow', allowedMethods(descriptor))
    return protocol.refuse(reply, error, request.id)
  } finally {
    held.release() // not when the connection closes: that may come before the last of it is taken
    deadline?.release()
  }
}

function protocolOf(request: FastifyRequest) {
  return isGrpcWeb(request) ? grpcWebProtocol : connectProtocol
}

/** A call ends with its deadline or its client also when the method does not listen; what comes of it then is not needed. */
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

function contextOf(request: FastifyRequest, signal: AbortSignal): CallContext {
  const { headers, traceparent } = request
  return { signal, header: (name) => headers[name]?.toString(), traceparent }
}

/** Fastify's own words for a content type that it cannot parse are for REST. */
function toRefusal(thrown: unknown): unknown {
  const error = translateFastifyError(thrown)
  if (!(error instanceof AppError) || error.code !== ErrorCode.UnsupportedMediaType) return error
  const message = 'The header content-type cannot be parsed; it must be application/json or application/proto.'
  return new AppError(ErrorCode.UnsupportedMediaType, message, { cause: error.cause })
}

function methodName({ routeOptions }: FastifyRequest): string {
  const name = routeOptions.url?.split('/')[2] ?? '*'
  return name === '*' ? 'unknown' : name
}
