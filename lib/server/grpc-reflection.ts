import type { DescFile, DescService } from '@bufbuild/protobuf'
import { create, toBinary } from '@bufbuild/protobuf'
import type { FileDescriptorProto } from '@bufbuild/protobuf/wkt'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { loadFileDescriptorSetFromBuffer, loadSync } from '@grpc/proto-loader'
import { ReflectionService } from '@grpc/reflection'
import { protoPath as healthProtoPath } from 'grpc-health-check'

const HEALTH_SERVICE = 'grpc.health.v1.Health'

/**
 * Server reflection (v1 and v1alpha) for the given services and for the standard health service, so that grpcurl and
 * the like need no .proto file.
 */
export function createReflection(services: readonly DescService[]): ReflectionService {
  const file = withDependencies(services.map((service) => service.file))
  const bytes = toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file }))
  const definitions = { ...loadFileDescriptorSetFromBuffer(Buffer.from(bytes)), ...loadSync(healthProtoPath) }
  return new ReflectionService(definitions, {
    services: [...services.map((service) => service.typeName), HEALTH_SERVICE],
  })
}

/** Each file once, behind the files it imports, as a descriptor set has them. */
function withDependencies(files: readonly DescFile[]): FileDescriptorProto[] {
  const seen = new Map<string, FileDescriptorProto>()
  const visit = (file: DescFile) => {
    if (seen.has(file.name)) return
    file.dependencies.forEach(visit)
    seen.set(file.name, file.proto)
  }
  files.forEach(visit)
  return [...seen.values()]
}
