import { setTimeout as sleep } from 'node:timers/promises'
import { type ConsumerInfo, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LeadBody } from '../testkit/clients/rest.ts'
import { bodyOf, postLead } from '../testkit/clients/rest.ts'
import { eventually, nonEmpty } from '../testkit/eventually.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../testkit/fixtures/tcp-proxies.ts'

const stack = useStack()
const proxyTo = useTcpProxies()
const start = useServices(stack)
// long enough to kill the first worker, short enough to wait for
const worker = { TRIAGE_ACK_WAIT_MS: '2000' }
let connection: NatsConnection
let manager: JetStreamManager

beforeAll(async () => {
  connection = await connect({ servers: stack.natsUrl })
  manager = await jetstreamManager(connection)
})
afterAll(() => connection.close())

const consumerInfo = (): Promise<ConsumerInfo> =>
  manager.consumers.info(stack.names.leadsStream, stack.names.triageConsumer)

/** Blocks workers from storing insights, after they have received and analyzed leads. */
async function lockInsights() {
  const owner = await stack.sql.reserve()
  await owner`begin`
  await owner`lock table insights in share mode`
  return async () => {
    await owner`commit`
    owner.release()
  }
}

async function sendLeads(url: string, count: number): Promise<string[]> {
  const notes = Array.from({ length: count }, (_, i) => `How much is the Pro plan for ${i + 2} people?`)
  return (await Promise.all(notes.map((note) => bodyOf<LeadBody>(postLead(url, { note }))))).map(({ id }) => id)
}

const triaged = async (leads: readonly string[]) =>
  (await stack.sql`select from insights where lead_id = any(${[...leads]}::uuid[])`).length === leads.length

test('by default the leads of a killed worker have their insights within ten seconds', async () => {
  const intake = await start('intake')
  const doomed = await start('triage')
  const unlock = await lockInsights()
  const leads = await sendLeads(intake.url, 10)
  await eventually(async () => (await consumerInfo()).num_ack_pending === leads.length)
  const successor = await start('triage')
  await doomed.kill('SIGKILL')
  const killedAt = performance.now()
  await unlock()
  await eventually(() => triaged(leads), 10_000 - (performance.now() - killedAt))
  expect(await stack.sql`select from dead_letters`).toHaveLength(0)
  await successor.kill('SIGTERM')
}, 90_000)

test('by default no lead is redelivered when a worker is frozen for four seconds', async () => {
  const intake = await start('intake')
  const stalled = await start('triage')
  const deliveries = async () => (await consumerInfo()).delivered.consumer_seq
  await eventually(async () => (await consumerInfo()).num_ack_pending === 0)
  const before = await deliveries()
  const unlock = await lockInsights()
  const leads = await sendLeads(intake.url, 10)
  await eventually(async () => (await consumerInfo()).num_ack_pending === leads.length)
  process.kill(stalled.pid, 'SIGSTOP')
  await sleep(4_000) // the duration under test
  process.kill(stalled.pid, 'SIGCONT')
  await unlock()
  await eventually(() => triaged(leads), 20_000)
  await eventually(async () => (await consumerInfo()).num_ack_pending === 0)
  expect(await deliveries()).toBe(before + leads.length)
  await stalled.kill('SIGTERM')
}, 90_000)

test('a worker killed between upsert and ack leaves one insight, and the next worker finishes the message', async () => {
  const proxy = await proxyTo(stack.natsUrl)
  const intake = await start('intake')
  const doomed = await start('triage', { ...worker, NATS_URL: proxy.url })

  const unlock = await lockInsights()
  const lead = await bodyOf<LeadBody>(postLead(intake.url, { note: 'How much is the Pro plan for 20 people?' }))
  const waiting = () => stack.sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  await eventually(async () => nonEmpty(await waiting()))
  expect((await consumerInfo()).num_ack_pending).toBe(1)
  // from now on neither its event nor its ack reaches the server
  proxy.discardFromClients()
  await unlock()

  const insights = () => stack.sql`select id, intent, created_at, updated_at from insights where lead_id = ${lead.id}`
  const [before] = await eventually(async () => nonEmpty(await insights()))
  await doomed.kill('SIGKILL')
  const unfinished = async () => (await manager.streams.info(stack.names.leadsStream)).state.messages
  expect(await unfinished()).toBe(1)

  await start('triage', worker)
  await eventually(async () => (await unfinished()) === 0, 15_000)
  expect(await insights()).toEqual([before])
  expect(await stack.sql`select from dead_letters`).toHaveLength(0)
}, 90_000)
