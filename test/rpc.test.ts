import { randomUUID } from 'node:crypto'
import { Code, createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, test } from 'vitest'
import { BadRequestSchema } from '../gen/google/rpc/error_details_pb.ts'
import { InsightSchema, Intent, NextAction, Priority, Stage } from '../gen/leadtriage/insights/v1/insight_pb.ts'
import { InsightsService } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { BatchCreateLeadsOutcome, IntakeService } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { TriageService } from '../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { bodyOf, postLead } from '../testkit/clients/rest.ts'
import { failureOf, reasonOf, TRANSPORTS } from '../testkit/clients/rpc.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

const NOTE = 'Please send me a quote for 20 licences of the Pro plan.'

const start = useServices(useStack())
let intake: ServiceProcess
let insights: ServiceProcess
let triage: ServiceProcess

beforeAll(async () => {
  ;[intake, insights, triage] = await Promise.all([start('intake'), start('insights'), start('triage')])
})

describe.each(TRANSPORTS)('%s', (_name, transport) => {
  const clients = () => ({
    intake: createClient(IntakeService, transport(intake.url)),
    insights: createClient(InsightsService, transport(insights.url)),
    triage: createClient(TriageService, transport(triage.url)),
  })

  test('a lead is created, replayed, read back and triaged', async () => {
    const request = { idempotencyKey: randomUUID(), lead: { note: NOTE, email: 'b@example.com' } }
    const created = await clients().intake.createLead(request)
    expect(created.replayed).toBe(false)
    expect(created.lead).toMatchObject({ note: NOTE, email: 'b@example.com' })
    expect(created.lead?.phone).toBeUndefined()
    const leadId = created.lead?.id ?? ''

    expect(await clients().intake.createLead(request)).toEqual({ ...created, replayed: true })
    expect((await clients().intake.getLead({ leadId })).lead).toEqual(created.lead)

    const { insight } = await clients().insights.getInsight({ leadId, wait: { seconds: 10n } })
    expect(insight).toMatchObject({
      $typeName: InsightSchema.typeName,
      leadId,
      intent: Intent.BUY,
      priority: Priority.P1,
      nextAction: NextAction.EMAIL,
      stage: Stage.FINAL,
      generation: 1,
      language: 'en',
      analyzer: expect.stringMatching(/^rules@/),
    })
    expect(insight?.reasons.length).toBeGreaterThan(0)

    const queue = await clients().triage.getQueue({})
    expect(queue.deadLetters).toBe(0n)
    expect(queue.pending + queue.inFlight).toBeGreaterThanOrEqual(0n)
  })

  test('an invalid request returns BadRequest with the path of each violation', async () => {
    const error = await failureOf(clients().intake.createLead({ idempotencyKey: 'x', lead: { note: ' ', email: '?' } }))
    expect(error.code).toBe(Code.InvalidArgument)
    const paths = error.findDetails(BadRequestSchema).flatMap((d) => d.fieldViolations.map(({ field }) => field))
    expect(paths).toEqual(['idempotency_key', 'lead.email', 'lead.note'])
    const empty = await failureOf(clients().intake.createLead({}))
    expect(empty.code).toBe(Code.InvalidArgument)
  })

  test('another lead with the same key returns ALREADY_EXISTS', async () => {
    const idempotencyKey = randomUUID()
    await clients().intake.createLead({ idempotencyKey, lead: { note: NOTE } })
    const error = await failureOf(clients().intake.createLead({ idempotencyKey, lead: { note: 'another' } }))
    expect(error.code).toBe(Code.AlreadyExists)
    expect(reasonOf(error)).toBe('IDEMPOTENCY_CONFLICT')
  })

  test('an unknown lead returns NOT_FOUND', async () => {
    for (const call of [
      () => clients().intake.getLead({ leadId: randomUUID() }),
      () => clients().insights.getInsight({ leadId: randomUUID(), wait: { seconds: 10n } }),
    ]) {
      const error = await failureOf(call())
      expect(error.code).toBe(Code.NotFound)
      expect(reasonOf(error)).toBe('LEAD_NOT_FOUND')
    }
  })

  test('a batch returns an outcome per item, and an invalid item does not affect the others', async () => {
    const stored = { idempotencyKey: randomUUID(), lead: { note: 'stored before' } }
    await clients().intake.createLead(stored)
    const twice = { idempotencyKey: randomUUID(), lead: { note: 'twice in one batch' } }
    const { results } = await clients().intake.batchCreateLeads({
      requests: [
        { idempotencyKey: randomUUID(), lead: { note: NOTE } },
        stored,
        { ...stored, lead: { note: 'another lead under the same key' } },
        { idempotencyKey: randomUUID(), lead: { note: '' } },
        { idempotencyKey: 'no key', lead: { note: 'a\u0000b', email: '@' } },
        {},
        twice,
        twice,
        { ...twice, lead: { note: 'a conflict within the batch' } },
        { idempotencyKey: randomUUID(), lead: { note: 'the last one' } },
      ],
    })
    const { CREATED, REPLAYED, CONFLICT, INVALID } = BatchCreateLeadsOutcome
    expect(results.map(({ outcome }) => outcome)).toEqual([
      CREATED,
      REPLAYED,
      CONFLICT,
      INVALID,
      INVALID,
      INVALID,
      CREATED,
      REPLAYED,
      CONFLICT,
      CREATED,
    ])
    expect(results[1]?.lead?.note).toBe('stored before')
    expect(results[2]?.lead).toBeUndefined()
    expect(results[4]?.violations.map(({ path }) => path)).toEqual(['idempotency_key', 'lead.email', 'lead.note'])
    expect(results[7]?.lead).toEqual(results[6]?.lead)
    for (const { lead } of results.filter(({ outcome }) => outcome === CREATED)) {
      const leadId = lead?.id ?? ''
      expect((await clients().insights.getInsight({ leadId, wait: { seconds: 10n } })).insight?.leadId).toBe(leadId)
    }
  })

  test('a batch must have 1 to 1,000 leads', async () => {
    const request = () => ({ idempotencyKey: randomUUID(), lead: { note: 'one of many' } })
    for (const length of [0, 1_001]) {
      const error = await failureOf(clients().intake.batchCreateLeads({ requests: Array.from({ length }, request) }))
      expect(error.code).toBe(Code.InvalidArgument)
    }
    const { results } = await clients().intake.batchCreateLeads({ requests: Array.from({ length: 1_000 }, request) })
    expect(results.every(({ outcome }) => outcome === BatchCreateLeadsOutcome.CREATED)).toBe(true)
  })
})

test('the key may be sent as a header over every protocol, and must equal the one in the request', async () => {
  const key = randomUUID()
  const lead = { note: NOTE }
  const rest = await bodyOf<{ id: string }>(postLead(intake.url, lead, key))
  for (const [, transport] of TRANSPORTS) {
    const client = createClient(IntakeService, transport(intake.url))
    const headers = { 'Idempotency-Key': key }
    expect(await client.createLead({ lead }, { headers })).toMatchObject({ replayed: true, lead: { id: rest.id } })
    const error = await failureOf(client.createLead({ idempotencyKey: randomUUID(), lead }, { headers }))
    expect(error.code).toBe(Code.InvalidArgument)
  }
})
