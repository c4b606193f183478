import type { DescMethod, DescMethodBiDiStreaming, DescMethodServerStreaming } from '@bufbuild/protobuf'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import type { CallContext, RpcMethod } from '../rpc.ts'
import type { GrpcCall, Message } from './call.ts'
import type { Frame } from './frames.ts'

/** A method that answers with any number of messages: only the standard services of gRPC have such. */
export interface StreamingMethod {
  readonly descriptor: DescMethodServerStreaming | DescMethodBiDiStreaming
  handle(requests: AsyncIterable<Message>, context: CallContext): AsyncIterable<Message>
}

export type GrpcMethod = RpcMethod | StreamingMethod

export function isUnary(method: GrpcMethod): method is RpcMethod {
  return method.descriptor.methodKind === 'unary'
}

/** Reads the one message of a call, answers it, and fails the call for whatever is thrown on the way. */
export function serveUnary(call: GrpcCall, method: RpcMethod, requestTimeoutMs: number): void {
  const { stream } = call
  const { descriptor } = method
  const timeout = setTimeout(() => call.fail(tooSlow(requestTimeoutMs)), requestTimeoutMs).unref()
  stream.once('close', () => clearTimeout(timeout))
  let request: Frame | undefined

  const answer = async () => {
    call.assertWhole()
    if (request === undefined) throw cardinality(descriptor, 'none came')
    const message = await call.decode(descriptor.input, request)
    if (call.hasEnded) return
    const output = await method.handle(message, call.context)
    call.release() // a client may leave its answer unread for long
    await call.send(descriptor.output, output)
    call.succeed()
  }
  stream.on('data', (chunk: Buffer) => {
    if (call.hasEnded) return
    try {
      for (const frame of call.receive(chunk)) {
        if (request !== undefined) throw cardinality(descriptor, 'another came')
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
 * Hands the messages of a call to its method as they come, and sends what it yields.
 * @param stopping ends the call, which may go on for ever, when the process stops
 */
export function serveStreaming(call: GrpcCall, method: StreamingMethod, stopping: AbortSignal): void {
  const { stream } = call
  const { descriptor } = method
  const onStop = () => call.fail(stopping.reason)
  stopping.addEventListener('abort', onStop)
  stream.once('close', () => stopping.removeEventListener('abort', onStop))

  async function* requests() {
    // a method that reads no further has not ended its call
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      for (const frame of call.receive(chunk as Buffer)) yield call.decode(descriptor.input, frame)
      call.release()
    }
    call.assertWhole()
  }
  const answer = async () => {
    for await (const message of method.handle(requests(), call.context)) {
      if (call.hasEnded) return
      await call.send(descriptor.output, message)
    }
    call.succeed()
  }
  // a stream that breaks is the client's going away, which ends the call by itself
  answer().catch((thrown: unknown) => (stream.destroyed ? undefined : call.fail(thrown)))
}

function cardinality({ name }: DescMethod, found: string): AppError {
  return new AppError(ErrorCode.MethodNotAllowed, `${name} takes exactly one message, and ${found}.`)
}

function tooSlow(requestTimeoutMs: number): AppError {
  return new AppError(
    ErrorCode.RequestTimeout,
    `The request did not arrive whole within ${requestTimeoutMs / 1_000} s.`,
  )
}
