import type { DescMethod, DescMethodBiDiStreaming } from '@bufbuild/protobuf'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import type { StreamedMessages } from '../frames-of.ts'
import type { CallContext, ServerStreamingRpcMethod, UnaryRpcMethod } from '../rpc.ts'
import type { GrpcCall, Message } from './call.ts'
import type { Frame } from './frames.ts'
import { notOneMessage } from './frames.ts'

/** A method with messages in both directions. Only server reflection has such methods. */
export interface BidiStreamingMethod {
  readonly descriptor: DescMethodBiDiStreaming
  handle(requests: AsyncIterable<Message>, context: CallContext): AsyncIterable<Message>
}

/** Access control is not the method's part, see `GrpcCall.admit`. */
type UnaryMethod = Omit<UnaryRpcMethod, 'scope'>
type ServerStreamingMethod = Omit<ServerStreamingRpcMethod, 'scope'>
export type GrpcMethod = UnaryMethod | ServerStreamingMethod | BidiStreamingMethod

interface ServeOptions {
  /** How long a request of one message may take to arrive. */
  readonly requestTimeoutMs: number
  /** Aborts when the server stops, to end streams that would run forever. */
  readonly stopping: AbortSignal
}

/** Serves a call of any kind. Any error, also in the request, fails the call. */
export function serveMethod(call: GrpcCall, method: GrpcMethod, options: ServeOptions): void {
  if (isUnary(method)) receiveOne(call, method.descriptor, options, (request) => answer(call, method, request))
  else if (isBidiStreaming(method)) serveBidiStreaming(call, method, options)
  else {
    const { descriptor } = method
    receiveOne(call, descriptor, options, (request) => {
      call.release()
      return sendAll(call, descriptor, method.handle(request, call.context), options)
    })
  }
}

function isUnary(method: GrpcMethod): method is UnaryMethod {
  return method.descriptor.methodKind === 'unary'
}

function isBidiStreaming(method: GrpcMethod): method is BidiStreamingMethod {
  return method.descriptor.methodKind === 'bidi_streaming'
}

async function answer(call: GrpcCall, method: UnaryMethod, request: Message): Promise<void> {
  const output = await method.handle(request, call.context)
  call.release() // the client may take long to read the response
  await call.send(method.descriptor.output, output)
  call.succeed()
}

/** Receives a request of exactly one message, and fails the call with what `handle` throws. */
function receiveOne(
  call: GrpcCall,
  descriptor: DescMethod,
  { requestTimeoutMs }: ServeOptions,
  handle: (request: Message) => Promise<void>,
): void {
  const { stream } = call
  const timeout = setTimeout(() => call.fail(requestTimeout(requestTimeoutMs)), requestTimeoutMs).unref()
  stream.once('close', () => clearTimeout(timeout))
  let request: Frame | undefined

  const start = async () => {
    call.assertComplete()
    if (request === undefined) throw notOneMessage(descriptor, 'none')
    const message = await call.decode(descriptor.input, request)
    if (!call.hasEnded) await handle(message)
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
    if (!call.hasEnded) start().catch(call.fail)
  })
}

/** Passes messages to the method as they arrive, and sends the messages that it yields. */
function serveBidiStreaming(call: GrpcCall, method: BidiStreamingMethod, options: ServeOptions): void {
  const { stream } = call
  const { descriptor } = method

  async function* requests() {
    // a method that stops reading has not ended its call
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      for (const frame of call.receive(chunk as Buffer)) yield call.decode(descriptor.input, frame)
      call.release()
    }
    call.assertComplete()
  }
  // a destroyed stream means that the client disconnected, which ends the call already
  sendAll(call, descriptor, method.handle(requests(), call.context), options).catch((thrown: unknown) =>
    stream.destroyed ? undefined : call.fail(thrown),
  )
}

/** Sends the messages of a streaming call, until they end or the server stops. */
async function sendAll(
  call: GrpcCall,
  { output }: DescMethod,
  messages: AsyncIterable<StreamedMessages>,
  { stopping }: ServeOptions,
): Promise<void> {
  const onStop = () => call.fail(stopping.reason)
  stopping.addEventListener('abort', onStop)
  call.stream.once('close', () => stopping.removeEventListener('abort', onStop))
  if (stopping.aborted) onStop()
  await call.sendAll(output, messages)
  call.succeed()
}

function requestTimeout(requestTimeoutMs: number): AppError {
  return new AppError(ErrorCode.RequestTimeout, `The request did not arrive within ${requestTimeoutMs / 1_000} s.`)
}
