import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { eventually, nonEmpty } from './fixtures/eventually.ts'
import { leadReceived, publishByHand } from './fixtures/lead-event.ts'
import type { InsightBody, LeadBody } from './fixtures/rest.ts'
import { bodyOf, getInsight, postLead } from './fixtures/rest.ts'
import type { ServiceProcess } from './fixtures/service-process.ts'
import { useServices } from './fixtures/service-process.ts'
import { useStack } from './fixtures/stack.ts'

const stack = useStack()
const start = useServices(stack)
let intakes: [ServiceProcess, ServiceProcess]
let insights: ServiceProcess
let triage: ServiceProcess

beforeAll(async () => {
  const [first, second, ...others] = await Promise.all([
    start('intake'),
    start('intake'),
    start('insights'),
    start('triage'),
  ])
  intakes = [first, second]
  insights = others[0]
  triage = others[1]
})

test('50 requests with one key at the same instant to two intake processes make one lead', async () => {
  const key = randomUUID()
  const responses = await Promise.all(
    Array.from({ length: 50 }, (_, i) => postLead(intakes[i % 2 === 0 ? 0 : 1].url, { note: 'all at once' }, key)),
  )
  expect(responses.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(49)
  const bodies = await Promise.all(responses.map((response) => bodyOf<LeadBody>(response)))
  expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1)
  const [row] = await stack.sql`select count(*)::int as n from leads where idempotency_key = ${key}`
  expect(row?.n).toBe(1)
  expect((await getInsight(insights.url, bodies[0]?.id ?? '')).status).toBe(200)
})

test('of different leads under one key at the same instant one wins and the others conflict', async () => {
  const key = randomUUID()
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, i) => postLead(intakes[i % 2 === 0 ? 0 : 1].url, { note: `lead ${i}` }, key)),
  )
  expect(responses.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(responses.filter(({ status }) => status === 409)).toHaveLength(19)
})

test('keys in many orders in many batches at once never deadlock', async () => {
  const keys = Array.from({ length: 200 }, () => randomUUID())
  const shuffles = Array.from({ length: 10 }, () => keys.toSorted(() => Math.random() - 0.5))
  const statuses = await Promise.all(
    shuffles.flatMap((order, i) =>
      order.map(async (key) => (await postLead(intakes[i % 2 === 0 ? 0 : 1].url, { note: 'shuffled' }, key)).status),
    ),
  )
  expect(statuses.filter((status) => status === 201)).toHaveLength(200)
  expect(statuses.filter((status) => status === 200)).toHaveLength(1_800)
})

test('a duplicate event under another message id makes no second insight and changes nothing', async () => {
  const note = 'Please cancel my subscription.'
  const lead = await bodyOf<LeadBody>(postLead(intakes[0].url, { note }))
  const insight = await bodyOf<InsightBody>(getInsight(insights.url, lead.id))

  const payload = leadReceived(lead.id, note)
  await publishByHand(stack, { leadId: lead.id, messageId: `by-hand-${randomUUID()}`, payload })
  await eventually(async () => {
    const queue = await bodyOf<{ pending: number; in_flight: number }>(fetch(`${triage.url}/queue`))
    return queue.pending + queue.in_flight === 0
  })
  expect(await bodyOf(getInsight(insights.url, lead.id))).toEqual(insight)
  const rows =
    await stack.sql`select generation, created_at = updated_at as untouched from insights where lead_id = ${lead.id}`
  expect(rows).toEqual([{ generation: 1, untouched: true }])
})

test('a late event of an older generation changes nothing, a newer one replaces', async () => {
  const leadId = randomUUID()
  const send = (note: string, generation: number) =>
    publishByHand(stack, { leadId, messageId: randomUUID(), payload: leadReceived(leadId, note, generation) })
  const stored = () => stack.sql`select generation, intent, id from insights where lead_id = ${leadId}`
  const settled = async () => {
    const queue = await bodyOf<{ pending: number; in_flight: number }>(fetch(`${triage.url}/queue`))
    return queue.pending + queue.in_flight === 0
  }
  await send('I would like a demo and a quote for 30 seats.', 2)
  const [first] = await eventually(async () => nonEmpty(await stored()))
  expect(first).toMatchObject({ generation: 2, intent: 'buy' })
  await eventually(settled)
  await send('Please cancel my subscription.', 1)
  await eventually(settled)
  expect(await stored()).toEqual([first])
  await send('I cannot log in, the page shows an error.', 3)
  await eventually(async () => (await stored())[0]?.generation === 3)
  expect((await stored())[0]).toMatchObject({ intent: 'support', id: first?.id })
})
