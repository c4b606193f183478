import { randomUUID } from 'node:crypto'
import { Code, createClient } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node'
import { beforeAll, describe, expect, test } from 'vitest'
import { BadRequestSchema } from '../gen/google/rpc/error_details_pb.ts'
import { AccessService } from '../gen/leadtriage/access/v1/access_service_pb.ts'
import { InsightsService } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { IntakeService } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { TriageService } from '../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { failureOf } from '../testkit/clients/rpc.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

const start = useServices(useStack())
let services: Record<'intake' | 'insights' | 'triage', ServiceProcess>

beforeAll(async () => {
  const [intake, insights, triage] = await Promise.all([start('intake'), start('insights'), start('triage')])
  services = { intake, insights, triage }
})

// binary, because the JSON of protobuf cannot express such times
describe.each([
  ['gRPC', (baseUrl: string) => createGrpcTransport({ baseUrl })],
  ['gRPC-Web', (baseUrl: string) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1' })],
  ['Connect', (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: true })],
])('over %s', (_name, transport) => {
  const getInsight = (wait: { seconds: bigint; nanos: number }) =>
    createClient(InsightsService, transport(services.insights.url)).getInsight({ leadId: randomUUID(), wait })

  test('a Duration or Timestamp that protobuf does not allow is rejected with the name of its field', async () => {
    const triage = createClient(TriageService, transport(services.triage.url))
    const intake = createClient(IntakeService, transport(services.intake.url))
    const access = createClient(AccessService, transport(services.intake.url))
    const insights = createClient(InsightsService, transport(services.insights.url))
    const badNanos = { seconds: 0n, nanos: 1_000_000_000 }
    const calls: [string, () => Promise<unknown>][] = [
      ['wait', () => getInsight(badNanos)],
      ['wait', () => getInsight({ seconds: 1n, nanos: -1 })],
      ['wait', () => getInsight({ seconds: 2n ** 63n - 1n, nanos: 0 })],
      ['filter.created_after', () => insights.listInsights({ filter: { createdAfter: badNanos } })],
      ['from', () => insights.getStats({ from: badNanos })],
      ['to', () => insights.getStats({ to: badNanos })],
      ['failed_after', () => triage.listDeadLetters({ failedAfter: badNanos })],
      ['failed_before', () => triage.redriveDeadLetters({ failedBefore: { seconds: 0n, nanos: -1 }, dryRun: true })],
      ['expires_at', () => access.createKey({ expiresAt: badNanos })],
      ['expires_at', () => access.rotateKey({ keyId: randomUUID(), expiresAt: badNanos })],
      ['after', () => access.listAuditEvents({ after: badNanos })],
      ['created_before', () => intake.retriageLeads({ createdBefore: { seconds: 2n ** 62n, nanos: 0 }, dryRun: true })],
    ]
    for (const [field, call] of calls) {
      const error = await failureOf(call())
      expect(error.code).toBe(Code.InvalidArgument)
      const faults = error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations)
      expect(faults.map((fault) => fault.field)).toEqual([field])
    }
  })

  test('the maximum nanos are allowed', async () => {
    expect((await failureOf(getInsight({ seconds: 59n, nanos: 999_999_999 }))).code).toBe(Code.NotFound)
  })
})
