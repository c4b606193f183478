import type { DescFile, DescMessage, DescService, MessageInitShape } from '@bufbuild/protobuf'
import { create, toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { Code } from '@connectrpc/connect'
import { file_google_rpc_error_details } from '../../../gen/google/rpc/error_details_pb.ts'
import type { ServerReflectionRequest } from '../../../gen/grpc/reflection/v1/reflection_pb.ts'
import { ServerReflection, ServerReflectionResponseSchema } from '../../../gen/grpc/reflection/v1/reflection_pb.ts'
import {
  ServerReflectionResponseSchema as AlphaResponseSchema,
  ServerReflection as AlphaServerReflection,
} from '../../../gen/grpc/reflection/v1alpha/reflection_pb.ts'
import type { Message } from './call.ts'
import { createDescriptorIndex, withImports } from './descriptor-index.ts'
import type { BidiStreamingMethod } from './methods.ts'

/** v1 and v1alpha have identical messages. */
type Request = Pick<ServerReflectionRequest, 'host' | 'messageRequest'>
type Answer = NonNullable<MessageInitShape<typeof ServerReflectionResponseSchema>['messageResponse']>

/**
 * Server reflection (v1 and v1alpha) for the given services, so that tools such as grpcurl and buf curl need no .proto
 * files. It serves the descriptors from which the code was generated.
 */
export function reflectionMethods(services: readonly DescService[]): BidiStreamingMethod[] {
  const reflected = [...services, ServerReflection, AlphaServerReflection]
  const answer = createAnswer(reflected)
  const methods: [BidiStreamingMethod['descriptor'], DescMessage][] = [
    [ServerReflection.method.serverReflectionInfo, ServerReflectionResponseSchema],
    [AlphaServerReflection.method.serverReflectionInfo, AlphaResponseSchema],
  ]
  return methods.map(([descriptor, schema]) => ({
    descriptor,
    handle: async function* (requests) {
      for await (const request of requests) {
        const { host, messageRequest } = request as Message & Request
        const messageResponse = answer(messageRequest)
        yield create(schema, { validHost: host, originalRequest: request, messageResponse })
      }
    },
  }))
}

/** Errors are returned as responses and do not end the call. */
function createAnswer(services: readonly DescService[]): (request: Request['messageRequest']) => Answer {
  // includes error details, which tools decode as well
  const { files, symbols, extensions } = createDescriptorIndex([
    ...services.map(({ file }) => file),
    file_google_rpc_error_details,
  ])
  const service = services.map(({ typeName }) => ({ name: typeName }))
  return ({ case: kind, value }) => {
    switch (kind) {
      case 'listServices':
        return { case: 'listServicesResponse', value: { service } }
      case 'fileByFilename':
        return fileAnswer(files.get(value), `file ${value}`)
      case 'fileContainingSymbol':
        return fileAnswer(symbols.get(value), `symbol ${value}`)
      case 'fileContainingExtension': {
        const { containingType, extensionNumber } = value
        const file = extensions.get(containingType)?.get(extensionNumber)
        return fileAnswer(file, `extension ${extensionNumber} of ${containingType}`)
      }
      case 'allExtensionNumbersOfType': {
        const numbers = extensions.get(value)?.keys()
        if (numbers === undefined) return errorAnswer(Code.NotFound, `No such message ${value}.`)
        return { case: 'allExtensionNumbersResponse', value: { baseTypeName: value, extensionNumber: [...numbers] } }
      }
      default:
        return errorAnswer(Code.InvalidArgument, 'One field of message_request must be set.')
    }
  }
}

function fileAnswer(file: DescFile | undefined, what: string): Answer {
  if (file === undefined) return errorAnswer(Code.NotFound, `No such ${what}.`)
  const fileDescriptorProto = withImports(file).map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto))
  return { case: 'fileDescriptorResponse', value: { fileDescriptorProto } }
}

function errorAnswer(errorCode: Code, errorMessage: string): Answer {
  return { case: 'errorResponse', value: { errorCode, errorMessage } }
}
