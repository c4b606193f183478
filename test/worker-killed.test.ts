import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { expect, test } from 'vitest'
import { eventually, nonEmpty } from './fixtures/eventually.ts'
import type { LeadBody } from './fixtures/rest.ts'
import { bodyOf, postLead } from './fixtures/rest.ts'
import { useServices } from './fixtures/service-process.ts'
import { useStack } from './fixtures/stack.ts'
import { useTcpProxy } from './fixtures/tcp-proxy.ts'

const stack = useStack()
const start = useServices(stack)
// long enough for the first worker to be killed in, short enough to wait for
const worker = { TRIAGE_ACK_WAIT_MS: '2000' }

test('a worker killed between upsert and ack leaves one insight, and the next worker finishes the message', async () => {
  const proxy = await useTcpProxy(stack.natsUrl)
  const connection = await connect({ servers: stack.natsUrl })
  const intake = await start('intake')
  const doomed = await start('triage', { ...worker, NATS_URL: proxy.url })
  const manager = await jetstreamManager(connection)

  const owner = await stack.sql.reserve()
  await owner`begin`
  await owner`lock table insights in share mode` // the worker takes the message and cannot store what it finds
  const lead = await bodyOf<LeadBody>(postLead(intake.url, { note: 'How much is the Pro plan for 20 people?' }))
  const inHand = async () =>
    (await manager.consumers.info(stack.names.leadsStream, stack.names.triageConsumer)).num_ack_pending
  const waiting = () => stack.sql`
    select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  await eventually(async () => nonEmpty(await waiting()))
  expect(await inHand()).toBe(1)
  // from here on neither its event nor its ack reaches the server
  proxy.swallowFromClients()
  await owner`commit`
  owner.release()

  const insights = () => stack.sql`select id, intent, created_at, updated_at from insights where lead_id = ${lead.id}`
  const [before] = await eventually(async () => nonEmpty(await insights()))
  await doomed.kill('SIGKILL')
  const unfinished = async () => (await manager.streams.info(stack.names.leadsStream)).state.messages
  expect(await unfinished()).toBe(1)

  await start('triage', worker)
  await eventually(async () => (await unfinished()) === 0, 15_000)
  await connection.close()
  expect(await insights()).toEqual([before])
  expect(await stack.sql`select from dead_letters`).toHaveLength(0)
})
