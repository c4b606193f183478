import { randomUUID } from 'node:crypto'
import { jetstream } from '@nats-io/jetstream'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createAcknowledgedPublisher } from '../../../lib/jetstream/acknowledged-publisher.ts'
import { createMessageEraser } from '../../../lib/jetstream/erase-messages.ts'
import { ensureTriageConsumer } from '../../../lib/jetstream/topology.ts'
import { connectPostgres } from '../../../lib/postgres/connect.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { useNats } from '../../../testkit/fixtures/nats.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { createQueueErasure } from './erase-queued.ts'

const stack = useStack()
const { names } = stack
const nats = useNats()
const sql = connectPostgres({
  url: stack.serviceUrls.intake,
  applicationName: 'erase-queued.test',
  maxConnections: 1,
  log: captureLog().log,
})
afterAll(() => sql.end())
beforeAll(() => ensureTriageConsumer(nats, { names, replicas: 1, keptInsights: 1_000, ackWaitMs: 60_000 }))
beforeEach(() => sql`delete from pending_erasures`)

const eraser = createMessageEraser(nats)
const { publish } = createAcknowledgedPublisher(nats)
const isOpen = async (leadId: string) =>
  (await sql`select from pending_erasures where part = 'queue' and lead_id = ${leadId}`).length > 0

async function queuedLead(): Promise<string> {
  const leadId = randomUUID()
  await publish({
    subject: names.leadReceived(leadId),
    payload: Buffer.from('note'),
    messageId: randomUUID(),
    traceparent: '',
  })
  return leadId
}

async function openErasure(leadId: string): Promise<void> {
  await sql`insert into pending_erasures (part, lead_id) values ('queue', ${leadId})`
}

/** Takes the oldest message that was not delivered; returns how to acknowledge it. */
async function deliver(): Promise<() => Promise<unknown>> {
  const consumer = await jetstream(await nats.first()).consumers.get(names.leadsStream, names.triageConsumer)
  const message = await consumer.next()
  if (message === null) throw new Error('no message was delivered')
  return () => message.ackAck()
}

test('a waiting message is deleted at once, and others stay', async () => {
  const erase = createQueueErasure(eraser, names)
  const lead = await queuedLead()
  await queuedLead()
  await openErasure(lead)
  await erase(sql)
  expect(await eraser.state(names.leadsStream)).toMatchObject({ messages: 1 })
  await (await deliver())()
  await erase(sql)
  expect([await isOpen(lead), (await eraser.state(names.leadsStream))?.messages]).toEqual([false, 0])
})

test('the erasure of an acknowledged message stays open until the stream is empty, since the file keeps its bytes', async () => {
  const erase = createQueueErasure(eraser, names)
  await queuedLead()
  const lead = await queuedLead()
  const ackFirst = await deliver()
  await (await deliver())()
  await openErasure(lead)
  await erase(sql)
  await erase(sql)
  expect(await isOpen(lead)).toBe(true)
  await ackFirst()
  await erase(sql)
  expect(await isOpen(lead)).toBe(false)
})

test('in a stream that is never empty, an erasure is complete when the file must have been followed by another', async () => {
  let lastSequence = 1_000
  const busy = { ...eraser, state: async () => ({ messages: 1, lastSequence }) }
  const erase = createQueueErasure(busy, names)
  const lead = randomUUID()
  await openErasure(lead)
  await erase(sql)
  lastSequence += 24_999
  await erase(sql)
  expect(await isOpen(lead)).toBe(true)
  lastSequence += 1
  await erase(sql)
  expect(await isOpen(lead)).toBe(false)
})
