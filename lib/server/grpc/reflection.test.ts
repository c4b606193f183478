import type { MessageInitShape } from '@bufbuild/protobuf'
import { fromBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { Code, createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { beforeEach, describe, expect, test } from 'vitest'
import type { ServerReflectionRequestSchema } from '../../../gen/grpc/reflection/v1/reflection_pb.ts'
import { ServerReflection } from '../../../gen/grpc/reflection/v1/reflection_pb.ts'
import { ServerReflection as AlphaServerReflection } from '../../../gen/grpc/reflection/v1alpha/reflection_pb.ts'
import { file_leadtriage_triage_v1_triage_service } from '../../../gen/leadtriage/triage/v1/triage_service_pb.ts'
import type { TestServer } from '../../../testkit/fixtures/test-server.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'

const TRIAGE_FILE = 'leadtriage/triage/v1/triage_service.proto'

const start = useTestServers()
let server: TestServer
beforeEach(async () => {
  server = await start()
})

type ReflectionRequest = NonNullable<MessageInitShape<typeof ServerReflectionRequestSchema>['messageRequest']>

/** Sends all requests in one stream, which the client ends. */
async function reflect(service: typeof ServerReflection, ...messageRequests: ReflectionRequest[]) {
  const client = createClient(service, createGrpcTransport({ baseUrl: server.url }))
  const answers = []
  const requests = (async function* () {
    for (const messageRequest of messageRequests) yield { host: 'some.host', messageRequest }
  })()
  for await (const answer of client.serverReflectionInfo(requests)) answers.push(answer)
  return answers
}

/** The files in a response, by name. */
function filesOf({ messageResponse }: Awaited<ReturnType<typeof reflect>>[number] | undefined = expect.unreachable()) {
  if (messageResponse.case !== 'fileDescriptorResponse') return expect.unreachable(messageResponse.case)
  const files = messageResponse.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes))
  return new Map(files.map((file) => [file.name, file]))
}

// both versions have identical messages
describe.each([
  ['v1', ServerReflection],
  ['v1alpha', AlphaServerReflection as unknown as typeof ServerReflection],
])('%s', (_version, service) => {
  test.each([
    ['a service', 'leadtriage.triage.v1.TriageService'],
    ['a method', 'leadtriage.triage.v1.TriageService.GetQueue'],
    ['a message', 'leadtriage.triage.v1.DeadLetter'],
    ['a field', 'leadtriage.triage.v1.DeadLetter.lead_id'],
    ['an enum', 'leadtriage.triage.v1.DeadLetterReason'],
    ['a value of an enum', 'leadtriage.triage.v1.DEAD_LETTER_REASON_FAILED'],
  ])('the file that declares %s is returned with its imports', async (_what, symbol) => {
    const [answer] = await reflect(service, { case: 'fileContainingSymbol', value: symbol })
    const files = filesOf(answer)
    expect([...files.keys()].sort()).toEqual([
      'google/protobuf/descriptor.proto',
      'google/protobuf/duration.proto',
      'google/protobuf/timestamp.proto',
      'leadtriage/access/v1/scope.proto',
      TRIAGE_FILE,
    ])
    expect(files.get(TRIAGE_FILE)).toEqual(file_leadtriage_triage_v1_triage_service.proto)
    expect(files.get(TRIAGE_FILE)).toMatchObject({ syntax: 'proto3' })
  })

  test.each([
    [TRIAGE_FILE],
    ['google/protobuf/timestamp.proto'],
    ['google/rpc/error_details.proto'],
    ['health/v1/health.proto'],
    ['grpc/reflection/v1/reflection.proto'],
  ])('the file %s is served', async (name) => {
    const [answer] = await reflect(service, { case: 'fileByFilename', value: name })
    expect([...filesOf(answer).keys()]).toContain(name)
  })

  test('an unknown name is reported as not found, and the stream continues', async () => {
    const answers = await reflect(
      service,
      { case: 'fileContainingSymbol', value: 'leadtriage.triage.v1.Nothing' },
      { case: 'fileContainingSymbol', value: '' },
      { case: 'fileByFilename', value: 'nothing.proto' },
      {
        case: 'fileContainingExtension',
        value: { containingType: 'leadtriage.triage.v1.DeadLetter', extensionNumber: 100 },
      },
      { case: 'allExtensionNumbersOfType', value: 'leadtriage.triage.v1.Nothing' },
      { case: undefined },
      { case: 'allExtensionNumbersOfType', value: 'leadtriage.triage.v1.DeadLetter' },
      { case: 'listServices', value: '*' },
    )
    const errors = answers.slice(0, 6).map(({ messageResponse }) => messageResponse)
    expect(errors.map(({ case: kind }) => kind)).toEqual(Array.from({ length: 6 }, () => 'errorResponse'))
    expect(errors.map(({ value }) => value)).toMatchObject([
      { errorCode: Code.NotFound, errorMessage: 'No such symbol leadtriage.triage.v1.Nothing.' },
      { errorCode: Code.NotFound },
      { errorCode: Code.NotFound, errorMessage: 'No such file nothing.proto.' },
      { errorCode: Code.NotFound, errorMessage: 'No such extension 100 of leadtriage.triage.v1.DeadLetter.' },
      { errorCode: Code.NotFound },
      { errorCode: Code.InvalidArgument },
    ])
    expect(answers[0]).toMatchObject({
      validHost: 'some.host',
      originalRequest: { messageRequest: { value: 'leadtriage.triage.v1.Nothing' } },
    })
    expect(answers[6]?.messageResponse).toMatchObject({
      case: 'allExtensionNumbersResponse',
      value: { baseTypeName: 'leadtriage.triage.v1.DeadLetter', extensionNumber: [] },
    })
    expect(answers[7]?.messageResponse).toMatchObject({
      value: {
        service: [
          { name: 'leadtriage.triage.v1.TriageService' },
          { name: 'grpc.health.v1.Health' },
          { name: 'grpc.reflection.v1.ServerReflection' },
          { name: 'grpc.reflection.v1alpha.ServerReflection' },
        ],
      },
    })
  })

  test('a stream may send any number of requests: answered ones release the budget', async () => {
    server = await start({ maxBodyBytes: 1_000 })
    // a small answer, so that requests do not pile up behind it
    const file: ReflectionRequest = { case: 'fileByFilename', value: 'google/protobuf/duration.proto' }
    expect(await reflect(service, ...Array.from({ length: 200 }, () => file))).toHaveLength(200)
  })
})
