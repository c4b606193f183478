import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { ServiceName } from '../db/service-logins.ts'
import { InsightsService } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { IntakeService } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { TriageService } from '../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { REFLECTION_CLIENTS } from './fixtures/reflection-clients.ts'

// Public clients without our .proto files call every method; a successful listing does not show that calls work.
vi.setConfig({ testTimeout: 120_000 }) // each call starts a process

const SERVICES = { intake: IntakeService, insights: InsightsService, triage: TriageService }
const STANDARD = [
  'grpc.health.v1.Health',
  'grpc.reflection.v1.ServerReflection',
  'grpc.reflection.v1alpha.ServerReflection',
]
const NOTE = 'Our whole office cannot log in since this morning, everything is down!'
const LONG_AGO = '2001-01-01T00:00:00Z'

const start = useServices(useStack())
let hosts: Record<ServiceName, string>

beforeAll(async () => {
  const [intake, insights, triage] = await Promise.all([start('intake'), start('insights'), start('triage')])
  const hostOf = ({ url }: { url: string }) => new URL(url).host
  hosts = { intake: hostOf(intake), insights: hostOf(insights), triage: hostOf(triage) }
})

describe.each(REFLECTION_CLIENTS)('$name', ({ missing, services, call }) => {
  test.skipIf(missing)('lists every service', async () => {
    for (const name of Object.keys(SERVICES) as ServiceName[]) {
      expect((await services(hosts[name])).sort()).toEqual([...STANDARD, SERVICES[name].typeName].sort())
    }
  })

  test.skipIf(missing)('calls every method of every service', async () => {
    const called = new Set<string>()
    const callMethod = (name: ServiceName, method: string, request: object) => {
      called.add(`${SERVICES[name].typeName}/${method}`)
      return call(hosts[name], `${SERVICES[name].typeName}/${method}`, request)
    }
    const newLead = () => ({ idempotencyKey: randomUUID(), lead: { note: NOTE, email: 'ada@example.com' } })
    const { lead } = (await callMethod('intake', 'CreateLead', newLead())) as { lead: { id: string } }
    expect(lead).toMatchObject({ note: NOTE, email: 'ada@example.com' })
    const leadId = lead.id
    expect(await callMethod('intake', 'GetLead', { leadId })).toEqual({ lead })
    const batch = { requests: [newLead(), newLead()] }
    expect(await callMethod('intake', 'BatchCreateLeads', batch)).toMatchObject({
      results: [{ lead: { note: NOTE } }, { lead: { note: NOTE } }],
    })
    const waiting = { leadId, wait: '10s' }
    expect(await callMethod('insights', 'GetInsight', waiting)).toMatchObject({
      insight: { leadId, intent: 'INTENT_SUPPORT', createdAt: expect.stringMatching(/Z$/) },
    })
    const selected = { intents: ['INTENT_JOB'], createdBefore: LONG_AGO, dryRun: true }
    expect(await callMethod('intake', 'RetriageLeads', selected)).toEqual({})
    expect(await callMethod('triage', 'GetQueue', {})).not.toHaveProperty('deadLetters')
    expect(await callMethod('triage', 'ListDeadLetters', { failedAfter: LONG_AGO })).toEqual({})
    expect(await callMethod('triage', 'RedriveDeadLetters', { all: true, dryRun: true })).toEqual({})
    await expect(callMethod('triage', 'GetDeadLetter', { leadId })).rejects.toThrow(/not.?found/i)

    const methods = Object.values(SERVICES).flatMap(({ typeName, methods }) =>
      methods.map(({ name }) => `${typeName}/${name}`),
    )
    expect([...called].sort()).toEqual(methods.sort())
  })

  test.skipIf(missing)('calls the standard health service', async () => {
    for (const name of Object.keys(SERVICES) as ServiceName[]) {
      expect(await call(hosts[name], 'grpc.health.v1.Health/Check', { service: SERVICES[name].typeName })).toEqual({
        status: 'SERVING',
      })
      const { statuses } = (await call(hosts[name], 'grpc.health.v1.Health/List', {})) as { statuses: object }
      expect(statuses).toEqual({ '': { status: 'SERVING' }, [SERVICES[name].typeName]: { status: 'SERVING' } })
    }
  })
})
