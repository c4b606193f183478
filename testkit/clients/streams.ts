import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { anyUnpack } from '@bufbuild/protobuf/wkt'
import { ConnectError, createClient } from '@connectrpc/connect'
import type { ServiceError } from '@grpc/grpc-js'
import { Client, credentials } from '@grpc/grpc-js'
import { ErrorInfoSchema, RequestInfoSchema, RetryInfoSchema } from '../../gen/google/rpc/error_details_pb.ts'
import { StatusSchema } from '../../gen/google/rpc/status_pb.ts'
import type { WatchRequest, WatchResponse } from '../fixtures/stream-service.ts'
import { StreamService, WatchRequestSchema, WatchResponseSchema } from '../fixtures/stream-service.ts'
import { TRANSPORTS } from './rpc.ts'

interface WatchOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  /** Called when the headers of the response have arrived. */
  readonly onHeaders?: () => void
}

/** Calls StreamService.Watch. */
export type Watch = (
  url: string,
  request: Pick<WatchRequest, 'name' | 'count'>,
  options?: WatchOptions,
) => AsyncIterable<WatchResponse>

/** The public clients of every protocol that has server streaming, by name. */
export const WATCHES: readonly (readonly [name: string, watch: Watch])[] = [
  ...TRANSPORTS.map(([name, transport]): [string, Watch] => [
    name,
    (url, request, { onHeaders, ...options } = {}) =>
      createClient(StreamService, transport(url)).watch(request, { ...options, onHeader: () => onHeaders?.() }),
  ]),
  ['gRPC, grpc-js', watchByGrpcJs],
]

async function* watchByGrpcJs(
  url: string,
  request: Pick<WatchRequest, 'name' | 'count'>,
  { signal, timeoutMs, onHeaders }: WatchOptions = {},
): AsyncIterable<WatchResponse> {
  const client = new Client(new URL(url).host, credentials.createInsecure())
  const call = client.makeServerStreamRequest(
    `/${StreamService.typeName}/Watch`,
    (message: WatchRequest) => Buffer.from(toBinary(WatchRequestSchema, message)),
    (bytes: Buffer) => fromBinary(WatchResponseSchema, bytes),
    { $typeName: WatchRequestSchema.typeName, ...request } as WatchRequest,
    timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
  )
  const cancel = () => call.cancel()
  signal?.addEventListener('abort', cancel)
  call.on('metadata', () => onHeaders?.())
  try {
    yield* call
  } finally {
    signal?.removeEventListener('abort', cancel)
    call.cancel()
    client.close()
  }
}

/** The end of a stream that failed, whichever client it came from. Codes are those of gRPC. */
export interface StreamFailure {
  readonly code: number
  readonly message: string
  readonly reason: string | undefined
  readonly requestId: string | undefined
  readonly retryAfterSeconds: number | undefined
}

/** Reads a stream to its end. */
export async function readAll(
  messages: AsyncIterable<WatchResponse>,
): Promise<{ numbers: number[]; failure: StreamFailure | undefined }> {
  const numbers: number[] = []
  try {
    for await (const { number } of messages) numbers.push(number)
    return { numbers, failure: undefined }
  } catch (thrown) {
    return { numbers, failure: failureOf(thrown) }
  }
}

function failureOf(thrown: unknown): StreamFailure {
  if (thrown instanceof ConnectError) {
    const [retry] = thrown.findDetails(RetryInfoSchema)
    return {
      code: thrown.code,
      message: thrown.rawMessage,
      reason: thrown.findDetails(ErrorInfoSchema)[0]?.reason,
      requestId: thrown.findDetails(RequestInfoSchema)[0]?.requestId,
      retryAfterSeconds: retry && Number(retry.retryDelay?.seconds),
    }
  }
  const { code, details: message, metadata } = thrown as ServiceError
  const [bytes] = metadata.get('grpc-status-details-bin')
  const details = bytes === undefined ? [] : fromBinary(StatusSchema, bytes as Buffer).details
  const [retry] = details.flatMap((detail) => anyUnpack(detail, RetryInfoSchema) ?? [])
  return {
    code,
    message,
    reason: details.flatMap((detail) => anyUnpack(detail, ErrorInfoSchema) ?? [])[0]?.reason,
    requestId: details.flatMap((detail) => anyUnpack(detail, RequestInfoSchema) ?? [])[0]?.requestId,
    retryAfterSeconds: retry && Number(retry.retryDelay?.seconds),
  }
}
