import type { MessageShape } from '@bufbuild/protobuf'
import { fromBinary, toBinary } from '@bufbuild/protobuf'
import type { handleUnaryCall, MethodDefinition, ServerUnaryCall, ServiceDefinition } from '@grpc/grpc-js'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import type { HealthImplementation } from 'grpc-health-check'
import type { BodyBudget } from './body-budget.ts'
import type { CallIdentity } from './call-identity.ts'
import { identifyCall } from './call-identity.ts'
import type { CallObserver } from './call-observer.ts'
import { boundGrpcBodies } from './grpc-bodies.ts'
import { identityMetadata, toServiceError } from './grpc-error.ts'
import { createReflection } from './grpc-reflection.ts'
import type { CallContext, RpcMethod, RpcService } from './rpc.ts'

type Message = MessageShape<RpcMethod['descriptor']['input']>

/** gRPC over HTTP/2, without a port of its own: connections are handed to it. */
export interface GrpcDoor {
  /** Takes over a connection whose first bytes were the HTTP/2 preface; they are still to be read from it. */
  accept: ReturnType<Server['createConnectionInjector']>['injectConnection']
  /** Lets running calls finish, for `graceMs` at the most, and closes every connection. */
  drain(graceMs: number): Promise<void>
}

export interface GrpcDoorOptions {
  readonly services: readonly RpcService[]
  readonly health: HealthImplementation
  readonly observe: CallObserver
  /** The largest request, in bytes. */
  readonly maxRequestBytes: number
  readonly bodies: BodyBudget
  /** How long a connection may be quiet before it is asked for a sign of life. Default {@link KEEPALIVE_MS}. */
  readonly keepaliveMs?: number | undefined
}

/**
 * A client that is gone without a word (its machine, or the network between) is noticed after this and a third of it more.
 * A client that calls rarely keeps its connection: its library answers the ping without its doing, and no limit is
 * set on how long a connection may be idle.
 */
const KEEPALIVE_MS = 60_000
/** On one connection; a client waits with more until some are answered. */
const MAX_STREAMS = 1_000

export function createGrpcDoor(options: GrpcDoorOptions): GrpcDoor {
  const { keepaliveMs = KEEPALIVE_MS } = options
  const server = new Server({
    'grpc.max_receive_message_length': options.maxRequestBytes,
    'grpc.max_concurrent_streams': MAX_STREAMS,
    'grpc.keepalive_time_ms': keepaliveMs,
    'grpc.keepalive_timeout_ms': keepaliveMs / 3,
    'grpc.enable_channelz': 0,
  })
  for (const { methods } of options.services) {
    const definitions = methods.map((method) => [method.descriptor.name, definitionOf(method)])
    const handlers = methods.map((method) => [method.descriptor.name, unaryHandler(method, options.observe)])
    const service: ServiceDefinition = Object.fromEntries(definitions)
    server.addService(service, Object.fromEntries(handlers))
  }
  options.health.addToServer(server)
  createReflection(options.services.map(({ descriptor }) => descriptor)).addToServer(server)
  const stopCounting = boundGrpcBodies(options.bodies, options.services, options.observe)
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  return {
    accept: (connection) => injector.injectConnection(connection),
    drain: (graceMs) =>
      new Promise((resolve) => {
        // both are needed: the injector ends what is left after the grace, the server says when nothing is left
        injector.drain(graceMs)
        server.tryShutdown(() => {
          stopCounting()
          resolve()
        })
      }),
  }
}

function definitionOf({ descriptor }: RpcMethod): MethodDefinition<Message, Message> {
  const codec = (schema: RpcMethod['descriptor']['input']) => ({
    serialize: (message: Message) => {
      const { buffer, byteOffset, byteLength } = toBinary(schema, message)
      return Buffer.from(buffer, byteOffset, byteLength) // the same bytes, not a copy
    },
    deserialize: (bytes: Buffer) => fromBinary(schema, bytes),
  })
  const request = codec(descriptor.input)
  const response = codec(descriptor.output)
  return {
    path: `/${descriptor.parent.typeName}/${descriptor.name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: request.serialize,
    requestDeserialize: request.deserialize,
    responseSerialize: response.serialize,
    responseDeserialize: response.deserialize,
  }
}

function unaryHandler(method: RpcMethod, observe: CallObserver): handleUnaryCall<Message, Message> {
  return (call, callback) => {
    const header = (name: string) => call.metadata.get(name)[0]?.toString()
    const identity = identifyCall(header)
    const observed = observe('grpc', method.descriptor.name, identity)
    method.handle(call.request, grpcContext(call, header, identity)).then(
      (response) => {
        observed.succeeded()
        call.sendMetadata(identityMetadata(identity))
        callback(null, response)
      },
      (thrown: unknown) => callback(toServiceError(observed.failed(thrown), identity)),
    )
  }
}

function grpcContext(
  call: ServerUnaryCall<Message, Message>,
  header: CallContext['header'],
  { traceparent }: CallIdentity,
): CallContext {
  let controller: AbortController | undefined
  return {
    // made on demand: most calls are over before anyone would ask
    get signal() {
      if (controller === undefined) {
        const created = new AbortController()
        if (call.cancelled) created.abort()
        else call.once('cancelled', () => created.abort())
        controller = created
      }
      return controller.signal
    },
    header,
    traceparent,
  }
}
