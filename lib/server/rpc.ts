import type {
  DescMethod,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  MessageShape,
} from '@bufbuild/protobuf'
import { getOption, hasOption } from '@bufbuild/protobuf'
import { scope as scopeOption } from '../../gen/leadtriage/access/v1/scope_pb.ts'
import type { Principal } from '../auth/principal.ts'
import { ALL_SCOPES, isScope, type Scope } from '../auth/scopes.ts'
import type { StreamedMessages } from './frames-of.ts'

/** The context of a call, independent of its protocol. */
export interface CallContext {
  /** Aborts when the client disconnects or its deadline passes. */
  readonly signal: AbortSignal
  /** Who makes the call. Its credential has the scope of the method. */
  readonly principal: Principal
  /** The address of the client. */
  readonly address: string
  readonly requestId: string
  /** Returns a request header or metadata entry. The name must be in lower case. */
  header(name: string): string | undefined
  /** W3C trace context of the call, to propagate to outgoing calls. */
  readonly traceparent: string
}

type Implementation<M> =
  M extends DescMethodUnary<infer I, infer O>
    ? (request: MessageShape<I>, context: CallContext) => Promise<MessageShape<O>>
    : M extends DescMethodServerStreaming<infer I, infer O>
      ? (request: MessageShape<I>, context: CallContext) => AsyncIterable<MessageShape<O> | readonly MessageShape<O>[]>
      : never

/**
 * The implementation of a service, served by every RPC protocol. Methods throw AppError for errors shown to callers.
 *
 * A server-streaming method returns its messages, usually as an async generator. The next message is asked for when the
 * connection accepts more. Messages that are ready at the same time can be returned as an array, which is sent at once;
 * an array that is returned to several calls is encoded once. When the client disconnects, its deadline passes or the server stops, `context.signal` aborts
 * and the iterator is returned. A generator that awaits something else must watch the signal: JavaScript cannot end a
 * generator while it awaits.
 */
export type RpcImplementation<S extends DescService> = { [K in keyof S['method']]: Implementation<S['method'][K]> }

type Message = MessageShape<DescMethod['input']>

/** A method bound to its descriptor. Its message types are erased, because the protocols treat messages as opaque. */
export interface UnaryRpcMethod {
  readonly descriptor: DescMethodUnary
  /** What a caller's credential must permit. */
  readonly scope: Scope
  handle(request: Message, context: CallContext): Promise<Message>
}

/** A method that returns any number of messages, see {@link RpcImplementation}. */
export interface ServerStreamingRpcMethod {
  readonly descriptor: DescMethodServerStreaming
  readonly scope: Scope
  handle(request: Message, context: CallContext): AsyncIterable<StreamedMessages>
}

export type RpcMethod = UnaryRpcMethod | ServerStreamingRpcMethod

/** A service with its bound methods, as the protocol handlers take it. */
export interface RpcService {
  readonly descriptor: DescService
  readonly methods: readonly RpcMethod[]
}

export function isUnary(method: RpcMethod): method is UnaryRpcMethod {
  return method.descriptor.methodKind === 'unary'
}

/** Binds an implementation to its service descriptor. */
export function rpcService<S extends DescService>(descriptor: S, implementation: RpcImplementation<S>): RpcService {
  return { descriptor, methods: descriptor.methods.map((method) => bindMethod(method, implementation)) }
}

/**
 * The cast is safe because {@link rpcService} checks `implementation` against the descriptor at compile time: it has
 * every method under its local name, with the descriptor's message types.
 */
function bindMethod(method: DescMethod, implementation: object): RpcMethod {
  assertSupported(method)
  const handle = (implementation as Record<string, RpcMethod['handle']>)[method.localName]
  if (handle === undefined) throw new Error(`${method.name} has no implementation`)
  return { descriptor: method, scope: scopeOf(method), handle: handle.bind(implementation) } as RpcMethod
}

/** The scope that a method declares by an option. @throws Error if it declares none, or an unknown one */
function scopeOf(method: DescMethod): Scope {
  const scope = hasOption(method, scopeOption) ? getOption(method, scopeOption) : ''
  if (isScope(scope)) return scope
  const known = ALL_SCOPES.join(', ')
  throw new Error(`${method.name} must have the option (leadtriage.access.v1.scope) with one of: ${known}`)
}

function assertSupported(method: DescMethod): asserts method is DescMethodUnary | DescMethodServerStreaming {
  if (method.methodKind === 'unary' || method.methodKind === 'server_streaming') return
  throw new Error(`${method.name} takes a stream of messages; only unary and server-streaming methods are supported`)
}
