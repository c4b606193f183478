import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { v7 as uuidv7 } from 'uuid'
import { expect, test } from 'vitest'
import { ensureTriageConsumer } from '../lib/jetstream/topology.ts'
import { goodAnswer, noteOf, sendCompletion, startModelServer } from '../testkit/analyzers/model-server.ts'
import { postLead } from '../testkit/clients/rest.ts'
import { eventually } from '../testkit/eventually.ts'
import { useNats } from '../testkit/fixtures/nats.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

const stack = useStack()
const start = useServices(stack)
const nats = useNats()

/** Writes leads as an intake does that is killed between commit and publish. */
async function commitWithoutPublishing(count: number): Promise<void> {
  const note = 'Please send a quote for 10 seats.'
  const contentHash = createHash('sha256').update(note).digest('hex')
  const rows = Array.from({ length: count }, () => ({ id: uuidv7(), key: randomUUID() }))
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash)
    select id, 'anonymous', key, '\\x00', ${note}, ${contentHash}
    from unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ key }) => key)}::uuid[]) as t (id, key)`
}

async function unsettled(): Promise<number> {
  const [row] = await stack.sql<{ n: number }[]>`
    select count(*)::int as n from leads l where not exists (select from insights i where i.lead_id = l.id)`
  return row?.n ?? -1
}

test('leads whose event was never published are published, triaged and removed from unsettled_leads', async () => {
  const [intake, triage] = await Promise.all([start('intake'), start('triage')])
  await commitWithoutPublishing(3_000)
  await eventually(async () => (await unsettled()) === 0, 25_000)
  await eventually(async () => (await stack.sql`select from unsettled_leads`).length === 0, 25_000)
  expect(await firstPublishedBy(intake)).toBe(3_000)
  await Promise.all([intake.kill('SIGTERM'), triage.kill('SIGTERM')])
}, 60_000)

test('one intake reconciles; when it is killed another takes over within 15 seconds', async () => {
  const [triage, ...intakes] = await Promise.all([start('triage'), start('intake'), start('intake')])
  const leader = await eventually(async () => {
    const leads = await Promise.all(
      intakes.map(async (intake) => (await metricOf(intake, 'leadtriage_reconciler_leads')) === 1),
    )
    expect(leads.filter(Boolean).length).toBeLessThan(2)
    return intakes[leads.indexOf(true)]
  })
  await leader.kill('SIGKILL')
  await commitWithoutPublishing(10)
  // 15 s plus the grace period before a lead counts as unsettled
  await eventually(async () => (await unsettled()) === 0, 18_000)
  await Promise.all([triage, ...intakes].map(({ kill }) => kill('SIGTERM')))
}, 60_000)

test('a lead that waits in the stream is not republished; when the stream is deleted, each lead is triaged', async () => {
  const [intake, triage] = await Promise.all([start('intake'), start('triage')])
  await eventually(async () => (await metricOf(intake, 'leadtriage_reconciler_leads')) === 1)
  await triage.kill('SIGTERM') // the consumer stays, and the queue grows
  for (let i = 0; i < 20; i += 1) {
    expect((await postLead(intake.url, { note: `waiting ${i}: a quote please` })).status).toBe(201)
  }
  // the grace period is 3 s; by then two rounds of the reconciler have checked them
  const [due] = await stack.sql<{ at: Date }[]>`select now() + interval '6 seconds' as at`
  await eventually(async () => (await stack.sql`select where now() > ${due?.at ?? null}`).length === 1)
  const publishes = async () =>
    (await publishedBy(intake)) + (await metricOf(intake, 'leadtriage_publishes_total', 'outcome="acknowledged"'))
  const manager = await jetstreamManager(await nats.first())
  const { messages } = (await manager.streams.info(stack.names.leadsStream)).state
  expect(messages).toBeGreaterThan(0)
  expect(await publishes()).toBe(messages)
  // used by scalers and alerts, so it must be the age of the oldest lead, at least 3 s by now
  await eventually(async () => (await metricOf(intake, 'leadtriage_queue_oldest_waiting_seconds')) > 3)

  await manager.streams.delete(stack.names.leadsStream)
  const successor = await start('triage')
  await eventually(async () => (await unsettled()) === 0, 30_000)
  await eventually(async () => /^leadtriage_queue_oldest_waiting_seconds\{.*\} 0$/m.test(await metricsOf(intake)))
  await Promise.all([intake.kill('SIGTERM'), successor.kill('SIGTERM')])
}, 90_000)

test('a lead that was just republished is republished again at once when that stream is lost too', async () => {
  const topology = { names: stack.names, replicas: 1, keptInsights: 1_000, ackWaitMs: 30_000 }
  await ensureTriageConsumer(nats, topology)
  // Settled leads of the test before are due with the others when the stream is lost. Each takes a turn, and the window
  // shrinks to one lead while they are removed.
  await stack.sql`delete from unsettled_leads`
  const intake = await start('intake')
  await eventually(async () => (await metricOf(intake, 'leadtriage_reconciler_leads')) === 1)
  await commitWithoutPublishing(2) // what the window of a queue without workers has room for
  await eventually(async () => (await firstPublishedBy(intake)) === 2, 15_000)
  const manager = await jetstreamManager(await nats.first())
  const messages = async () => (await manager.streams.info(stack.names.leadsStream)).state.messages
  await eventually(async () => (await messages()) === 2)
  await manager.streams.delete(stack.names.leadsStream)
  await ensureTriageConsumer(nats, topology)
  await eventually(async () => (await messages()) === 2, 8_000) // the next regular check is after 15 s
  await intake.kill('SIGTERM')
}, 60_000)

test('leads that wait for a slow worker for longer than the grace period are published once', async () => {
  const model = await startModelServer(async (request, response) => {
    await sleep(300)
    sendCompletion(response, goodAnswer(request))
  })
  const intake = await start('intake')
  await eventually(async () => (await metricOf(intake, 'leadtriage_reconciler_leads')) === 1)
  // sequential, so that creation times differ; the last one is delivered after twice the grace period, and most of them
  // exceed the window of the queue
  for (let i = 0; i < 24; i += 1) {
    expect((await postLead(intake.url, { note: `queued ${i}: a quote please` })).status).toBe(201)
  }
  const env = { ANALYZER: 'llm', LLM_BASE_URL: model.url, LLM_MODEL: 'imitated', TRIAGE_MAX_IN_FLIGHT: '1' }
  const triage = await start('triage', env)
  await eventually(async () => (await unsettled()) === 0, 30_000)
  expect(model.requests.filter((request) => noteOf(request).startsWith('queued')).length).toBe(24)
  expect(await metricOf(intake, 'leadtriage_reconciler_published_total', 'attempt="again"')).toBe(0)
  await Promise.all([intake.kill('SIGTERM'), triage.kill('SIGTERM'), model.close()])
}, 60_000)

function publishedBy(intake: ServiceProcess): Promise<number> {
  return metricOf(intake, 'leadtriage_reconciler_published_total')
}

/** Without leads that triage has not settled within 15 s, which may happen on a busy machine. */
function firstPublishedBy(intake: ServiceProcess): Promise<number> {
  return metricOf(intake, 'leadtriage_reconciler_published_total', 'attempt="first"')
}

/** The sum of a metric over all its series, or over those with `label`. */
async function metricOf(service: ServiceProcess, name: string, label = ''): Promise<number> {
  const lines = (await metricsOf(service))
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && line.includes(label))
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

async function metricsOf({ url }: ServiceProcess): Promise<string> {
  return (await fetch(`${url}/metrics`)).text()
}
