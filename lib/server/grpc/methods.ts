import type { DescMethod, DescMethodBiDiStreaming, DescMethodServerStreaming } from '@bufbuild/protobuf'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import type { CallContext, RpcMethod } from '../rpc.ts'
import type { GrpcCall, Message } from './call.ts'
import type { Frame } from './frames.ts'

/** A method that returns a stream of messages. Only the standard gRPC services have such methods. */
export interface StreamingMethod {
  readonly descriptor: DescMethodServerStreaming | DescMethodBiDiStreaming
  handle(requests: AsyncIterable<Message>, context: CallContext): AsyncIterable<Message>
}

/** Access control is not the method's part, see `GrpcCall.admit`. */
type UnaryMethod = Omit<RpcMethod, 'scope'>
export type GrpcMethod = UnaryMethod | StreamingMethod

export function isUnary(method: GrpcMethod): method is UnaryMethod {
  return method.descriptor.methodKind === 'unary'
}

/** Serves a unary call. Any error, also in the request, fails the call. */
export function serveUnary(call: GrpcCall, method: UnaryMethod, requestTimeoutMs: number): void {
  const { stream } = call
  const { descriptor } = method
  const timeout = setTimeout(() => call.fail(requestTimeout(requestTimeoutMs)), requestTimeoutMs).unref()
  stream.once('close', () => clearTimeout(timeout))
  let request: Frame | undefined

  const answer = async () => {
    call.assertComplete()
    if (request === undefined) throw notOneMessage(descriptor, 'none')
    const message = await call.decode(descriptor.input, request)
    if (call.hasEnded) return
    const output = await method.handle(message, call.context)
    call.release() // the client may take long to read the response
    await call.send(descriptor.output, output)
    call.succeed()
  }
  stream.on('data', (chunk: Buffer) => {
    if (call.hasEnded) return
    try {
      for (const frame of call.receive(chunk)) {
        if (request !== undefined) throw notOneMessage(descriptor, 'more')
        request = frame
      }
    } catch (thrown) {
      call.fail(thrown)
    }
  })
  stream.once('end', () => {
    clearTimeout(timeout)
    if (!call.hasEnded) answer().catch(call.fail)
  })
}

/**
 * Serves a streaming call: passes messages to the method as they arrive, and sends the messages that it yields.
 * @param stopping aborts when the server stops, to end calls that would run forever
 */
export function serveStreaming(call: GrpcCall, method: StreamingMethod, stopping: AbortSignal): void {
  const { stream } = call
  const { descriptor } = method
  const onStop = () => call.fail(stopping.reason)
  stopping.addEventListener('abort', onStop)
  stream.once('close', () => stopping.removeEventListener('abort', onStop))

  async function* requests() {
    // a method that stops reading has not ended its call
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      for (const frame of call.receive(chunk as Buffer)) yield call.decode(descriptor.input, frame)
      call.release()
    }
    call.assertComplete()
  }
  const answer = async () => {
    for await (const message of method.handle(requests(), call.context)) {
      if (call.hasEnded) return
      await call.send(descriptor.output, message)
    }
    call.succeed()
  }
  // a destroyed stream means that the client disconnected, which ends the call already
  answer().catch((thrown: unknown) => (stream.destroyed ? undefined : call.fail(thrown)))
}

function notOneMessage({ name }: DescMethod, received: string): AppError {
  return new AppError(ErrorCode.MethodNotAllowed, `${name} takes exactly one message, received ${received}.`)
}

function requestTimeout(requestTimeoutMs: number): AppError {
  return new AppError(ErrorCode.RequestTimeout, `The request did not arrive within ${requestTimeoutMs / 1_000} s.`)
}
