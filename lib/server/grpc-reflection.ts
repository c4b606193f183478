import type { DescFile, DescService } from '@bufbuild/protobuf'
import { create, toBinary } from '@bufbuild/protobuf'
import type { FileDescriptorProto } from '@bufbuild/protobuf/wkt'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader'
import { ReflectionService } from '@grpc/reflection'

/** Server reflection (v1 and v1alpha) for the given services, so that grpcurl and the like need no .proto file. */
export function createReflection(services: readonly DescService[]): ReflectionService {
  const file = withDependencies(services.map((service) => service.file))
  const bytes = toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file }))
  return new ReflectionService(loadFileDescriptorSetFromBuffer(Buffer.from(bytes)), {
    services: services.map((service) => service.typeName),
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
