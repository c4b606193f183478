import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import type { InsightBody, LeadBody } from '../testkit/clients/rest.ts'
import { bodyOf, getInsight, postLead } from '../testkit/clients/rest.ts'
import { eventually, nonEmpty } from '../testkit/eventually.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { leadReceived, leadsStreamEmpty, publishByHand } from './fixtures/lead-event.ts'

const stack = useStack()
const start = useServices(stack)
let intakes: [ServiceProcess, ServiceProcess]
let insights: ServiceProcess

beforeAll(async () => {
  const [first, second, third] = await Promise.all([
    start('intake'),
    start('intake'),
    start('insights'),
    start('triage'),
  ])
  intakes = [first, second]
  insights = third
})

test('50 concurrent requests with one key to two intake processes create one lead', async () => {
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

test('of concurrent requests with one key and different leads, one creates its lead and the others conflict', async () => {
  const key = randomUUID()
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, i) => postLead(intakes[i % 2 === 0 ? 0 : 1].url, { note: `lead ${i}` }, key)),
  )
  expect(responses.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(responses.filter(({ status }) => status === 409)).toHaveLength(19)
})

test('concurrent batches with the same keys in different orders never deadlock', async () => {
  // slows every row down, so that the commits of both intakes overlap
  await stack.sql`create function take_time() returns trigger language plpgsql as
    $$ begin perform pg_sleep(0.004); return new; end $$`
  await stack.sql`create trigger slow before insert on leads for each row execute function take_time()`
  const keys = Array.from({ length: 50 }, () => randomUUID())
  const orders = Array.from({ length: 4 }, () => keys.toSorted(() => Math.random() - 0.5))
  // a commit may exceed the query timeout of intake, which returns 503; then the key is retried
  const send = (intake: ServiceProcess, key: string) =>
    eventually(async () => {
      const { status } = await postLead(intake.url, { note: 'shuffled' }, key)
      return status === 503 ? undefined : status
    }, 20_000)
  const statuses = await Promise.all(
    keys.flatMap((_, i) => orders.map((order, j) => send(intakes[j % 2 === 0 ? 0 : 1], order[i] ?? ''))),
  )
  await stack.sql`drop trigger slow on leads`
  expect(statuses.filter((status) => status !== 200 && status !== 201)).toEqual([])
  expect(await stack.sql`select from leads where note = 'shuffled'`).toHaveLength(50)
  // needed because a deadlock returns 503 as well
  expect(await stack.sql`select deadlocks::int from pg_stat_database where datname = current_database()`).toEqual([
    { deadlocks: 0 },
  ])
})

test('a duplicate event with another message id neither adds nor changes an insight', async () => {
  const note = 'Please cancel my subscription.'
  const lead = await bodyOf<LeadBody>(postLead(intakes[0].url, { note }))
  const insight = await bodyOf<InsightBody>(getInsight(insights.url, lead.id))

  await leadsStreamEmpty(stack) // the insight is stored before the ack, and the stream takes one message per lead
  const payload = leadReceived(lead.id, note)
  await publishByHand(stack, { leadId: lead.id, messageId: `by-hand-${randomUUID()}`, payload })
  await leadsStreamEmpty(stack)
  expect(await bodyOf(getInsight(insights.url, lead.id))).toEqual(insight)
  const rows =
    await stack.sql`select generation, created_at = updated_at as untouched from insights where lead_id = ${lead.id}`
  expect(rows).toEqual([{ generation: 1, untouched: true }])
})

test('a late event of an older generation changes nothing, a newer one replaces the insight', async () => {
  const leadId = randomUUID()
  const send = (note: string, generation: number) =>
    publishByHand(stack, { leadId, messageId: randomUUID(), payload: leadReceived(leadId, note, generation) })
  const stored = () => stack.sql`select generation, intent, id from insights where lead_id = ${leadId}`
  await send('I would like a demo and a quote for 30 seats.', 2)
  const [first] = await eventually(async () => nonEmpty(await stored()))
  expect(first).toMatchObject({ generation: 2, intent: 'buy' })
  await leadsStreamEmpty(stack)
  await send('Please cancel my subscription.', 1)
  await leadsStreamEmpty(stack)
  expect(await stored()).toEqual([first])
  await send('I cannot log in, the page shows an error.', 3)
  await eventually(async () => (await stored())[0]?.generation === 3)
  expect((await stored())[0]).toMatchObject({ intent: 'support', id: first?.id })
})
