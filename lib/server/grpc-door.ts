import type { MessageShape } from '@bufbuild/protobuf'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import type { handleUnaryCall, MethodDefinition, ServerUnaryCall, ServiceDefinition } from '@grpc/grpc-js'
import { Metadata, Server, ServerCredentials } from '@grpc/grpc-js'
import type { HealthImplementation } from 'grpc-health-check'
import { StatusSchema } from '../../gen/google/rpc/status_pb.ts'
import type { AppError } from '../errors/app-error.ts'
import { RPC_CODE } from '../errors/status-codes.ts'
import type { CallObserver } from './call-observer.ts'
import { createReflection } from './grpc-reflection.ts'
import type { CallContext, RpcMethod, RpcService } from './rpc.ts'
import { errorDetails } from './rpc-error.ts'

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
}

export function createGrpcDoor(options: GrpcDoorOptions): GrpcDoor {
  const server = new Server({
    'grpc.max_receive_message_length': options.maxRequestBytes,
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
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  return {
    accept: (connection) => injector.injectConnection(connection),
    drain: (graceMs) =>
      new Promise((resolve) => {
        // both are needed: the injector ends what is left after the grace, the server says when nothing is left
        injector.drain(graceMs)
        server.tryShutdown(() => resolve())
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
    const observed = observe('grpc', method.descriptor.name)
    method.handle(call.request, grpcContext(call)).then(
      (response) => {
        observed.succeeded()
        callback(null, response)
      },
      (thrown: unknown) => callback(toServiceError(observed.failed(thrown))),
    )
  }
}

function grpcContext(call: ServerUnaryCall<Message, Message>): CallContext {
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
    header: (name) => call.metadata.get(name)[0]?.toString(),
  }
}

function toServiceError(error: AppError) {
  const details = errorDetails(error).map(({ desc, value }) => anyPack(desc, create(desc, value)))
  const status = create(StatusSchema, { code: RPC_CODE[error.code], message: error.message, details })
  const metadata = new Metadata()
  // the trailer in which gRPC clients of every language look for a google.rpc.Status
  metadata.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, status)))
  // Connect's codes are gRPC's, number for number
  return { code: RPC_CODE[error.code] as number, details: error.message, metadata }
}
