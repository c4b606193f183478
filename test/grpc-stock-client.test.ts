import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Client, GrpcObject, ServiceError } from '@grpc/grpc-js'
import { credentials, loadPackageDefinition, status } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

// A stock client made from the .proto files, as an external user would: it uses no code of this repository.
const PROTO = fileURLToPath(new URL('../proto', import.meta.url))
const options = { keepCase: true, enums: String, longs: Number, defaults: true, includeDirs: [PROTO] }
const ours = loadPackageDefinition(
  loadSync(
    [
      'leadtriage/intake/v1/intake_service.proto',
      'leadtriage/insights/v1/insights_service.proto',
      'leadtriage/triage/v1/triage_service.proto',
    ],
    options,
  ),
)
const standard = loadPackageDefinition(
  loadSync(
    [
      fileURLToPath(import.meta.resolve('@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto')),
      fileURLToPath(import.meta.resolve('grpc-health-check/proto/health/v1/health.proto')),
    ],
    options,
  ),
)

const start = useServices(useStack())
let services: Record<'intake' | 'insights' | 'triage', ServiceProcess>

beforeAll(async () => {
  const [intake, insights, triage] = await Promise.all([start('intake'), start('insights'), start('triage')])
  services = { intake, insights, triage }
})

test('creates a lead and reads its insight', async () => {
  const intake = clientOf(ours, 'leadtriage.intake.v1.IntakeService', services.intake)
  const insights = clientOf(ours, 'leadtriage.insights.v1.InsightsService', services.insights)
  const { lead, replayed } = await call(intake, 'CreateLead', {
    idempotency_key: randomUUID(),
    lead: { note: 'Our whole office cannot log in since this morning, everything is down!' },
  })
  expect(replayed).toBe(false)
  const { insight } = await call(insights, 'GetInsight', { lead_id: lead.id, wait: { seconds: 10 } })
  expect(insight).toMatchObject({ lead_id: lead.id, intent: 'INTENT_SUPPORT', next_action: 'NEXT_ACTION_CALL' })

  const triage = clientOf(ours, 'leadtriage.triage.v1.TriageService', services.triage)
  expect(await call(triage, 'GetQueue', {})).toMatchObject({ dead_letters: 0 })
})

test('an error has a gRPC status, a message and the standard details', async () => {
  const intake = clientOf(ours, 'leadtriage.intake.v1.IntakeService', services.intake)
  const error = await call(intake, 'CreateLead', { idempotency_key: randomUUID(), lead: { note: '' } }).catch(
    (thrown: ServiceError) => thrown,
  )
  expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringContaining('lead.note') })
  const [trailer] = error.metadata.get('grpc-status-details-bin')
  expect(trailer.toString()).toContain('google.rpc.BadRequest')
})

test('a violation is described in terms of the protobuf message, not of a body or of JSON', async () => {
  const intake = clientOf(ours, 'leadtriage.intake.v1.IntakeService', services.intake)
  const insights = clientOf(ours, 'leadtriage.insights.v1.InsightsService', services.insights)
  const triage = clientOf(ours, 'leadtriage.triage.v1.TriageService', services.triage)
  const wrong: [Client, string, object, RegExp][] = [
    [intake, 'CreateLead', {}, /idempotency_key must be a UUID.*; lead must be an object with the fields email/],
    [
      intake,
      'CreateLead',
      { idempotency_key: randomUUID(), lead: {} },
      /lead\.note must have at least one visible character/,
    ],
    [intake, 'GetLead', {}, /lead_id must be a UUID/],
    [intake, 'BatchCreateLeads', {}, /requests must have 1 to 1000 items/],
    [intake, 'RetriageLeads', {}, /it must select leads by exactly one of/],
    [intake, 'RetriageLeads', { intents: [99], all: true }, /intents\[0\] must be one of/],
    [
      insights,
      'GetInsight',
      { lead_id: 'x', wait: { seconds: 61 } },
      /lead_id must be a UUID.*; wait must be at most 60s/,
    ],
    [triage, 'ListDeadLetters', { page_token: 'x' }, /page_token/],
    [triage, 'GetDeadLetter', {}, /lead_id must be a UUID/],
    [triage, 'RedriveDeadLetters', {}, /it must select leads by exactly one of/],
  ]
  for (const [client, method, request, message] of wrong) {
    const error = await call(client, method, request).catch((thrown: ServiceError) => thrown)
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, details: expect.stringMatching(message) })
    expect(error.details).not.toMatch(/JSON|body|header|query/i)
  }
})

const TYPE_NAMES = {
  intake: ['leadtriage.intake.v1.IntakeService', 'leadtriage.access.v1.AccessService'],
  insights: ['leadtriage.insights.v1.InsightsService'],
  triage: ['leadtriage.triage.v1.TriageService'],
}

describe.each(['intake', 'insights', 'triage'] as const)('%s, called like grpcurl does', (name) => {
  test('reflection lists the services and describes them', async () => {
    const reflection = clientOf(standard, 'grpc.reflection.v1.ServerReflection', services[name])
    const listed = await reflect(reflection, { list_services: '' })
    const names = listed.list_services_response.service.map((service: { name: string }) => service.name)
    const expected = [...TYPE_NAMES[name], 'grpc.health.v1.Health']
    expect(names).toEqual([
      ...expected,
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
    ])
    for (const symbol of expected) {
      const file = await reflect(reflection, { file_containing_symbol: symbol })
      expect(file.file_descriptor_response.file_descriptor_proto.length).toBeGreaterThan(0)
    }
  })

  test('health is SERVING, for the server and for its services', async () => {
    const health = clientOf(standard, 'grpc.health.v1.Health', services[name])
    for (const service of ['', ...TYPE_NAMES[name]]) {
      expect(await call(health, 'Check', { service })).toEqual({ status: 'SERVING' })
    }
    await expect(call(health, 'Check', { service: 'unknown' })).rejects.toMatchObject({ code: status.NOT_FOUND })
  })
})

/** The methods of a stock client come from the .proto file at run time, without types. */
// biome-ignore lint/suspicious/noExplicitAny: see above
type StockMessage = any

function clientOf(root: GrpcObject, typeName: string, { url }: ServiceProcess): Client {
  const Constructor = typeName.split('.').reduce<StockMessage>((node, part) => node[part], root)
  return new Constructor(new URL(url).host, credentials.createInsecure())
}

function call(client: Client, method: string, request: object): Promise<StockMessage> {
  return new Promise((resolve, reject) => {
    ;(client as StockMessage)[method](request, (error: ServiceError | null, response: StockMessage) =>
      error ? reject(error) : resolve(response),
    )
  })
}

function reflect(client: Client, request: object): Promise<StockMessage> {
  return new Promise((resolve, reject) => {
    const stream = (client as StockMessage).ServerReflectionInfo()
    stream.on('data', (response: StockMessage) => {
      resolve(response)
      stream.end()
    })
    stream.on('error', reject)
    stream.write(request)
  })
}
