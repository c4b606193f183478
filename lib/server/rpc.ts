import type { DescMethod, DescMethodUnary, DescService, MessageShape } from '@bufbuild/protobuf'

/** What a method may know of a call beside its request, whichever protocol it came through. */
export interface CallContext {
  /** Aborts when the caller went away or its deadline passed. */
  readonly signal: AbortSignal
  /** A request header or metadata entry; the name in lower case. */
  header(name: string): string | undefined
  /** W3C trace context of the call, to be sent on. */
  readonly traceparent: string
}

type UnaryMethod<M> =
  M extends DescMethodUnary<infer I, infer O>
    ? (request: MessageShape<I>, context: CallContext) => Promise<MessageShape<O>>
    : never

/** One implementation of a service, served by every RPC protocol. A method throws AppError for what the caller should know. */
export type RpcImplementation<S extends DescService> = { [K in keyof S['method']]: UnaryMethod<S['method'][K]> }

/** A method bound to its descriptor, with the types erased: the protocols move messages without looking inside. */
export interface RpcMethod {
  readonly descriptor: DescMethodUnary
  handle(
    request: MessageShape<DescMethodUnary['input']>,
    context: CallContext,
  ): Promise<MessageShape<DescMethodUnary['output']>>
}

/** A service with its implementation, ready to be given to the protocols. */
export interface RpcService {
  readonly descriptor: DescService
  readonly methods: readonly RpcMethod[]
}

/** Binds an implementation to its service descriptor. */
export function rpcService<S extends DescService>(descriptor: S, implementation: RpcImplementation<S>): RpcService {
  return { descriptor, methods: descriptor.methods.map((method) => bindMethod(method, implementation)) }
}

/**
 * The compiler has checked `implementation` against the descriptor in {@link rpcService}: every method of
 * the descriptor is there, under its local name, with the descriptor's own message types.
 */
function bindMethod(method: DescMethod, implementation: object): RpcMethod {
  assertUnary(method)
  const handle = (implementation as Record<string, RpcMethod['handle']>)[method.localName]
  if (handle === undefined) throw new Error(`${method.name} has no implementation`)
  return { descriptor: method, handle: handle.bind(implementation) }
}

function assertUnary(method: DescMethod): asserts method is DescMethodUnary {
  if (method.methodKind !== 'unary') throw new Error(`${method.name} is not unary: no protocol serves it yet`)
}
