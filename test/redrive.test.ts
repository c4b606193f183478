import { createHash, randomUUID } from 'node:crypto'
import { createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { beforeAll, expect, test } from 'vitest'
import { TriageService } from '../gen/leadtriage/triage/v1/triage_service_pb.ts'
import type { LeadBody } from '../testkit/clients/rest.ts'
import { bodyOf, post, postLead } from '../testkit/clients/rest.ts'
import { eventually, nonEmpty } from '../testkit/eventually.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { leadsStreamEmpty, publishByHand } from './fixtures/lead-event.ts'

const NOTE = 'Please send a quote for 10 seats.'
const stack = useStack()
const start = useServices(stack)
let triage: ServiceProcess
/** Leads whose event was never published, each with a different kind of dead letter. */
let poisoned: string
let exhausted: string
let parked: string
let justPublished: string

beforeAll(async () => {
  const offline = start('intake', { NATS_URL: 'nats://127.0.0.1:1' })
  triage = await start('triage')
  const leads = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const key = randomUUID()
      return { key, id: (await bodyOf<LeadBody>(postLead((await offline).url, { note: NOTE }, key))).id }
    }),
  )
  ;[poisoned = '', exhausted = '', parked = '', justPublished = ''] = leads.map(({ id }) => id)
  // with the id of the lead's event: for two minutes the stream drops another message with that id
  const messageId = createHash('sha256')
    .update(JSON.stringify(['anonymous', leads[0]?.key]))
    .digest('hex')
  await publishByHand(stack, { leadId: poisoned, messageId, payload: Buffer.from('garbage') })
  await eventually(async () => nonEmpty(await stack.sql`select from dead_letters where lead_id = ${poisoned}`))
  await stack.sql`
    insert into dead_letters (lead_id, generation, reason, error, attempts, retry_at) values
      (${exhausted}, 1, 'delivery_limit', 'x', 5, null),
      (${parked}, 1, 'parked', 'x', 4, now() + interval '1 day'),
      (${justPublished}, 1, 'failed', 'x', 5, null)`
  await stack.sql`
    insert into unsettled_leads (lead_id, check_at, publishes, published_at)
    values (${justPublished}, now() + interval '10 minutes', 3, now())`
  await (await offline).kill('SIGTERM')
  await start('intake')
})

const redrive = (body: unknown) => bodyOf(post(`${triage.url}/dead-letters:redrive`, body))
const letters = (id: string) => stack.sql`select attempts, retry_at from dead_letters where lead_id = ${id}`
const insights = (id: string) => stack.sql`select generation, stage from insights where lead_id = ${id}`

async function expectTriaged(id: string): Promise<void> {
  await eventually(async () => nonEmpty(await insights(id)))
  expect(await insights(id)).toEqual([{ generation: 1, stage: 'final' }])
  expect(await letters(id)).toEqual([])
}

const redrives = () => stack.sql`select * from audit_events where action = 'dead_letters.redrive' order by id desc`

test('a redrive is recorded with its selection and the number of leads, a dry run is not', async () => {
  await redrive({ reason: 'failed', dry_run: true })
  await redrive({ reason: 'failed', failed_before: '2020-01-01T00:00:00Z' })
  const selection = { reason: 'failed', state: 'dead', failed_before: '2020-01-01T00:00:00.000Z' }
  expect(await redrives()).toMatchObject([
    {
      service: 'triage',
      actor: 'anonymous',
      target: 'dead_letters',
      details: { selection, leads: 0, completed: true },
    },
  ])
  const ids = Array.from({ length: 11 }, () => randomUUID())
  const client = createClient(TriageService, createGrpcTransport({ baseUrl: triage.url }))
  await client.redriveDeadLetters({ leadIds: ids })
  const [byIds] = await redrives()
  expect(byIds?.details.selection).toEqual({ lead_id_count: 11, first_lead_ids: ids.slice(0, 10) })
  expect(byIds).toMatchObject({ address: '127.0.0.1', request_id: expect.any(String) })
})

test('a dry run changes nothing', async () => {
  const before = await stack.sql`select * from dead_letters order by lead_id`
  expect(await redrive({ all: true, state: 'all', dry_run: true })).toEqual({ leads: 4 })
  expect(await stack.sql`select * from dead_letters order by lead_id`).toEqual(before)
})

test('a redriven lead gets its insight and loses its dead letter, within the duplicate window of its first message id', async () => {
  expect(await redrive({ lead_ids: [poisoned] })).toEqual({ leads: 1 })
  await expectTriaged(poisoned)
})

test('a redriven lead at the delivery limit starts with the first attempt', async () => {
  const client = createClient(TriageService, createGrpcTransport({ baseUrl: triage.url }))
  expect((await client.redriveDeadLetters({ leadIds: [exhausted] })).leads).toBe(1n)
  await expectTriaged(exhausted)
})

test('a redriven parked lead is retried at once', async () => {
  expect(await redrive({ all: true, state: 'parked' })).toEqual({ leads: 1 })
  await expectTriaged(parked)
})

test('a redriven lead that the reconciler would check later is published at once', async () => {
  expect(await redrive({ reason: 'failed' })).toEqual({ leads: 1 })
  await expectTriaged(justPublished)
})

test('a message that fails after its lead has an insight leaves no dead letter', async () => {
  await leadsStreamEmpty(stack) // one message per lead
  await publishByHand(stack, { leadId: poisoned, messageId: randomUUID(), payload: Buffer.from('more garbage') })
  await leadsStreamEmpty(stack)
  expect(await letters(poisoned)).toEqual([])
})

test('a redrive removes the dead letter of a lead that has an insight', async () => {
  await stack.sql`
    insert into dead_letters (lead_id, generation, reason, error, attempts) values (${poisoned}, 1, 'failed', 'x', 1)`
  expect(await redrive({ all: true })).toEqual({ leads: 1 })
  expect(await letters(poisoned)).toEqual([])
})
