import { create, toBinary } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { Metadata } from '@grpc/grpc-js'
import { StatusSchema } from '../../gen/google/rpc/status_pb.ts'
import type { AppError } from '../errors/app-error.ts'
import { RPC_CODE } from '../errors/status-codes.ts'
import type { CallIdentity } from './call-identity.ts'
import { identityHeaders } from './call-identity.ts'
import { errorDetails } from './rpc-error.ts'

/** What tells a gRPC caller the identity of its call: in the headers of an answer, in the trailers of an error. */
export function identityMetadata(call: CallIdentity): Metadata {
  return Metadata.fromHttp2Headers(identityHeaders(call))
}

/** An error as grpc-js sends it. */
export function toServiceError(error: AppError, call: CallIdentity) {
  const details = errorDetails(error, call.requestId).map(({ desc, value }) => anyPack(desc, create(desc, value)))
  const status = create(StatusSchema, { code: RPC_CODE[error.code], message: error.message, details })
  const metadata = identityMetadata(call)
  // the trailer in which gRPC clients of every language look for a google.rpc.Status
  metadata.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, status)))
  // Connect's codes are gRPC's, number for number
  return { code: RPC_CODE[error.code] as number, details: error.message, metadata }
}
