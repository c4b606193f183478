import type { DescMethod, DescMethodUnary, DescService, MessageShape } from '@bufbuild/protobuf'
import { getOption, hasOption } from '@bufbuild/protobuf'
import { scope as scopeOption } from '../../gen/leadtriage/access/v1/scope_pb.ts'
import type { Principal } from '../auth/principal.ts'
import { ALL_SCOPES, isScope, type Scope } from '../auth/scopes.ts'

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

type UnaryMethod<M> =
  M extends DescMethodUnary<infer I, infer O>
    ? (request: MessageShape<I>, context: CallContext) => Promise<MessageShape<O>>
    : never

/** The implementation of a service, served by every RPC protocol. Methods throw AppError for errors shown to callers. */
export type RpcImplementation<S extends DescService> = { [K in keyof S['method']]: UnaryMethod<S['method'][K]> }

/** A method bound to its descriptor. Its message types are erased, because the protocols treat messages as opaque. */
export interface RpcMethod {
  readonly descriptor: DescMethodUnary
  /** What a caller's credential must permit. */
  readonly scope: Scope
  handle(
    request: MessageShape<DescMethodUnary['input']>,
    context: CallContext,
  ): Promise<MessageShape<DescMethodUnary['output']>>
}

/** A service with its bound methods, as the protocol handlers take it. */
export interface RpcService {
  readonly descriptor: DescService
  readonly methods: readonly RpcMethod[]
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
  assertUnary(method)
  const handle = (implementation as Record<string, RpcMethod['handle']>)[method.localName]
  if (handle === undefined) throw new Error(`${method.name} has no implementation`)
  return { descriptor: method, scope: scopeOf(method), handle: handle.bind(implementation) }
}

/** The scope that a method declares by an option. @throws Error if it declares none, or an unknown one */
function scopeOf(method: DescMethod): Scope {
  const scope = hasOption(method, scopeOption) ? getOption(method, scopeOption) : ''
  if (isScope(scope)) return scope
  const known = ALL_SCOPES.join(', ')
  throw new Error(`${method.name} must have the option (leadtriage.access.v1.scope) with one of: ${known}`)
}

function assertUnary(method: DescMethod): asserts method is DescMethodUnary {
  if (method.methodKind !== 'unary') throw new Error(`${method.name} is not unary; only unary methods are supported`)
}
