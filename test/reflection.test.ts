import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { ServiceName } from '../db/service-logins.ts'
import { AccessService } from '../gen/leadtriage/access/v1/access_service_pb.ts'
import { InsightsService } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { IntakeService } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { TriageService } from '../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { REFLECTION_CLIENTS } from './fixtures/reflection-clients.ts'

// Public clients without our .proto files call every method; a successful listing does not show that calls work.
vi.setConfig({ testTimeout: 120_000 }) // each call starts a process

const SERVICES = { intake: [IntakeService, AccessService], insights: [InsightsService], triage: [TriageService] }
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
      expect((await services(hosts[name])).sort()).toEqual(
        [...STANDARD, ...SERVICES[name].map(({ typeName }) => typeName)].sort(),
      )
    }
  })

  test.skipIf(missing)('calls every method of every service', async () => {
    const called = new Set<string>()
    const callMethod = (name: ServiceName, method: string, request: object) => {
      const service = SERVICES[name].find(({ methods }) => methods.some((one) => one.name === method))
      called.add(`${service?.typeName}/${method}`)
      return call(hosts[name], `${service?.typeName}/${method}`, request)
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
    const newest = { filter: { clients: ['anonymous'] }, order: 'INSIGHT_ORDER_NEWEST' }
    expect(await callMethod('insights', 'ListInsights', newest)).toMatchObject({
      insights: expect.arrayContaining([
        expect.objectContaining({ state: 'LEAD_STATE_OPEN', insight: expect.objectContaining({ leadId }) }),
      ]),
    })
    expect(await callMethod('insights', 'ExportInsights', { filter: { states: ['LEAD_STATE_OPEN'] } })).toMatchObject({
      insights: expect.arrayContaining([expect.objectContaining({ insight: expect.objectContaining({ leadId }) })]),
    })
    expect(await callMethod('insights', 'GetStats', {})).toMatchObject({ asOf: expect.any(String) })
    const correction = { leadId, priority: 'PRIORITY_P1' }
    expect(await callMethod('insights', 'CorrectInsight', correction)).toMatchObject({
      correction: { leadId, verdict: { priority: 'PRIORITY_P1' } },
      insight: { priority: 'PRIORITY_P1' },
    })
    expect(await callMethod('insights', 'ListCorrections', {})).toMatchObject({
      corrections: [expect.objectContaining({ note: NOTE })],
    })
    expect(await callMethod('insights', 'GetLeadOverview', { leadId })).toMatchObject({
      lead: { lead: { id: leadId } },
      corrections: [{ leadId }],
    })
    const selected = { intents: ['INTENT_JOB'], createdBefore: LONG_AGO, dryRun: true }
    expect(await callMethod('intake', 'RetriageLeads', selected)).toEqual({})
    expect(await callMethod('triage', 'GetQueue', {})).not.toHaveProperty('deadLetters')
    expect(await callMethod('triage', 'ListDeadLetters', { failedAfter: LONG_AGO })).toEqual({})
    expect(await callMethod('triage', 'RedriveDeadLetters', { all: true, dryRun: true })).toEqual({})
    await expect(callMethod('triage', 'GetDeadLetter', { leadId })).rejects.toThrow(/not.?found/i)

    const newKey = { name: 'A new key', clientId: 'website', scopes: ['leads:write'] }
    const { key } = (await callMethod('intake', 'CreateKey', newKey)) as { key: { id: string } }
    expect(key).toMatchObject({ ...newKey, kind: 'KEY_KIND_SECRET', state: 'KEY_STATE_ACTIVE' })
    const rotated = await callMethod('intake', 'RotateKey', { keyId: key.id, overlapSeconds: 60 })
    expect(rotated).toMatchObject({ key: newKey, text: expect.stringMatching(/^lt_sk_/), oldKey: { id: key.id } })
    expect(await callMethod('intake', 'RevokeKey', { keyId: key.id })).toMatchObject({ key: { id: key.id } })
    expect(await callMethod('intake', 'ListKeys', { pageSize: 2 })).toMatchObject({ keys: [newKey, newKey] })
    expect(await callMethod('intake', 'ListAuditEvents', { action: 'keys.create' })).toMatchObject({
      auditEvents: expect.arrayContaining([
        expect.objectContaining({
          target: `key:${key.id}`,
          details: expect.objectContaining({ client_id: 'website' }),
        }),
      ]),
    })

    expect(await callMethod('intake', 'DeleteLead', { leadId })).toEqual({})
    await expect(call(hosts.intake, 'leadtriage.intake.v1.IntakeService/GetLead', { leadId })).rejects.toThrow(
      /not.?found/i,
    )
    expect(await callMethod('intake', 'EraseSubject', { email: 'absent@example.com', dryRun: true })).toEqual({})

    const methods = Object.values(SERVICES)
      .flat()
      .flatMap(({ typeName, methods }) => methods.map(({ name }) => `${typeName}/${name}`))
      .filter((method) => !method.endsWith('/WatchInsights')) // never ends; test/watch.test.ts calls it
    expect([...called].sort()).toEqual(methods.sort())
  })

  test.skipIf(missing)('calls the standard health service', async () => {
    for (const name of Object.keys(SERVICES) as ServiceName[]) {
      const serving = { status: 'SERVING' }
      const services = SERVICES[name].map(({ typeName }) => typeName)
      for (const service of services) {
        expect(await call(hosts[name], 'grpc.health.v1.Health/Check', { service })).toEqual(serving)
      }
      const { statuses } = (await call(hosts[name], 'grpc.health.v1.Health/List', {})) as { statuses: object }
      expect(statuses).toEqual(Object.fromEntries(['', ...services].map((service) => [service, serving])))
    }
  })
})
