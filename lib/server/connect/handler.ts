import type { DescMethod, MessageShape } from '@bufbuild/protobuf'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AccessControl } from '../../auth/access-control.ts'
import type { Principal } from '../../auth/principal.ts'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import { untilAborted } from '../../lifecycle/until-aborted.ts'
import type { CallObserver } from '../call-observer.ts'
import { decodeMessage } from '../decode-message.ts'
import { encodeMessage, framesOf } from '../frames-of.ts'
import { abortWhenClosed } from '../http/abort-when-closed.ts'
import type { BodyBudget, BodyReservation } from '../http/body-budget.ts'
import { weightOfBytes } from '../http/body-budget.ts'
import { identityOf } from '../http/call-identity.ts'
import { incomingCall, ongoingCall } from '../http/incoming-call.ts'
import { readBody } from '../http/read-body.ts'
import { sendStream } from '../http/send-stream.ts'
import { recheckAccess } from '../recheck-access.ts'
import { translateFastifyError } from '../rest/error.ts'
import type { CallContext, RpcMethod, RpcService } from '../rpc.ts'
import { isUnary } from '../rpc.ts'
import { allowedMethods, connectProtocol } from './connect-protocol.ts'
import { connectStreamingProtocol, isConnectStreaming } from './connect-streaming-protocol.ts'
import { decodeJson } from './decode-json.ts'
import { grpcWebProtocol, isGrpcWeb } from './grpc-web-protocol.ts'
import type { StreamingProtocol } from './streaming-protocol.ts'
import type { CallHead, UnaryProtocol } from './unary-protocol.ts'

type Message = MessageShape<DescMethod['output']>

interface ConnectHandlerOptions {
  readonly services: readonly RpcService[]
  readonly access: AccessControl
  readonly observe: CallObserver
  /** The maximum size of a request in bytes, before and after decompression. */
  readonly maxRequestBytes: number
  readonly bodies: BodyBudget
  /** How long the response of a stream may be left unread. */
  readonly unreadTimeoutMs: number
  /** Aborts when the server stops, to end streams that would run forever. */
  readonly stopping: AbortSignal
  /** Interval at which the credential of a stream is checked. */
  readonly recheckMs?: number | undefined
}

/** Serves Connect and gRPC-Web over HTTP/1.1. `app` must be a separate Fastify scope. */
export function registerConnectHandler(app: FastifyInstance, options: ConnectHandlerOptions, done: () => void): void {
  const { services, observe } = options
  // `serve` reads the body itself, within the budget
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, parsed) => parsed(null))
  // handles requests rejected before `serve` runs: invalid headers, or any request during shutdown
  app.setErrorHandler((thrown, request, reply) => {
    const call = observe('connect', methodName(request), identityOf(request))
    return unaryProtocolOf(request).sendError(reply, call.failed(translateError(thrown)), request.id)
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
  options: ConnectHandlerOptions,
): Promise<FastifyReply> {
  const { access, observe, bodies } = options
  const { descriptor } = method
  const call = observe('connect', descriptor.name, identityOf(request))
  if (request.method === 'OPTIONS') {
    call.succeeded()
    return reply.code(204).header('allow', allowedMethods(descriptor)).send()
  }
  const unary = unaryProtocolOf(request)
  // undefined also if a streaming method is called with the content type of unary calls, which `open` rejects
  const streaming = isUnary(method) ? undefined : streamingProtocolOf(request)
  const reservation = bodies.reserve()
  let deadline: ReturnType<typeof abortWhenClosed> | undefined
  let stopChecks: (() => void) | undefined
  try {
    const admitted = access.admit(incomingCall(request, reply), method.scope)
    const principal = admitted instanceof Promise ? await admitted : admitted
    const head = (streaming ?? unary).open(request, descriptor)
    deadline = abortWhenClosed(reply.raw, head.timeoutMs, streaming && options.stopping)
    const input = await readInput(descriptor, request, head, reservation, options)
    const context = contextOf(request, principal, deadline.signal)
    if (isUnary(method)) {
      const output = await untilAborted(context.signal, () => method.handle(input, context))
      const response = encodeMessage(descriptor.output, output, encodingOf(head))
      call.succeeded()
      return unary.sendMessage(reply, head, response)
    }
    if (streaming === undefined) throw new Error(`${descriptor.name} was called as a unary method`)
    context.signal.throwIfAborted()
    reservation.release() // a stream may last for days
    const { abort: end } = deadline
    const admit = () => access.admit(ongoingCall(request, reply), method.scope)
    stopChecks = recheckAccess({ principal, admit, end, intervalMs: options.recheckMs })
    await sendStream(reply.type(streaming.contentType(request)), {
      items: method.handle(input, context),
      encode: (output) => framesOf(descriptor.output, output, encodingOf(head)),
      succeed: () => {
        call.succeeded()
        return streaming.end(undefined, request.id)
      },
      fail: (thrown) => streaming.end(call.failed(thrown), request.id),
      signal: context.signal,
      unreadTimeoutMs: options.unreadTimeoutMs,
    })
    return reply
  } catch (thrown) {
    const error = call.failed(thrown)
    if (streaming) return reply.type(streaming.contentType(request)).send(streaming.end(error, request.id))
    if (error.code === ErrorCode.MethodNotAllowed) reply.header('allow', allowedMethods(descriptor))
    return unary.sendError(reply, error, request.id, descriptor)
  } finally {
    reservation.release() // not on `close`, which may precede the last `take`
    deadline?.release()
    stopChecks?.()
  }
}

/** Reads and decodes the message of a request. */
async function readInput(
  { input }: DescMethod,
  request: FastifyRequest,
  head: CallHead,
  reservation: BodyReservation,
  { maxRequestBytes }: ConnectHandlerOptions,
): Promise<Message> {
  const weight = weightOfBytes(request.headers)
  const take = (bytes: number) => reservation.take(bytes * weight)
  const bytes = await head.readMessage(() => readBody(request, maxRequestBytes, take), maxRequestBytes)
  reservation.takeUpTo(bytes.length) // a compressed body was counted with an estimate
  return head.isBinary ? decodeMessage(input, bytes) : decodeJson(input, bytes)
}

function encodingOf({ isBinary }: CallHead): 'binary' | 'json' {
  return isBinary ? 'binary' : 'json'
}

function unaryProtocolOf(request: FastifyRequest): UnaryProtocol {
  return isGrpcWeb(request) ? grpcWebProtocol : connectProtocol
}

/** @returns undefined if the request is none of a streaming call */
function streamingProtocolOf(request: FastifyRequest): StreamingProtocol | undefined {
  if (isGrpcWeb(request)) return grpcWebProtocol
  return isConnectStreaming(request) ? connectStreamingProtocol : undefined
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
