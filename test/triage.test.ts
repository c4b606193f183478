import { randomUUID } from 'node:crypto'
import { DiscardPolicy, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { expect, test } from 'vitest'
import type { LeadBody, ProblemBody } from '../testkit/clients/rest.ts'
import { bodyOf, getInsight, postLead } from '../testkit/clients/rest.ts'
import { eventually, nonEmpty } from '../testkit/eventually.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { publishByHand } from './fixtures/lead-event.ts'

const stack = useStack()
const start = useServices(stack)

test('leads wait for a worker; once one starts they are triaged, and waiting calls get the insight', async () => {
  const [intake, insights] = await Promise.all([start('intake'), start('insights')])
  const leads = await Promise.all(
    Array.from({ length: 20 }, (_, i) => bodyOf<LeadBody>(postLead(intake.url, { note: `Lead ${i}: a quote please` }))),
  )
  const leadId = leads[0]?.id ?? ''
  const pending = await getInsight(insights.url, leadId, '0s')
  expect(pending.status).toBe(404)
  expect(pending.headers.get('retry-after')).toBe('1')
  expect(await bodyOf<ProblemBody>(pending)).toMatchObject({ code: 'insight_pending' })
  expect(await bodyOf<ProblemBody>(getInsight(insights.url, leadId, '100ms'))).toMatchObject({
    code: 'insight_pending',
  })

  const waiting = Promise.all(leads.map(({ id }) => getInsight(insights.url, id, '20s')))
  const triage = await start('triage')
  expect((await waiting).map(({ status }) => status)).toEqual(leads.map(() => 200))
  const queue = () => bodyOf(fetch(`${triage.url}/queue`))
  const empty = { pending: 0, in_flight: 0, dead_letters: 0, parked: 0, deferred: 0, oldest_age_seconds: null }
  await eventually(async () => JSON.stringify(await queue()) === JSON.stringify(empty))
})

test('a message that cannot be decoded is dead-lettered at once and leaves the queue', async () => {
  const triage = await start('triage')
  const leadId = randomUUID()
  await publishByHand(stack, { leadId, messageId: randomUUID(), payload: Buffer.from('not protobuf at all') })
  const [letter] = await eventually(async () =>
    nonEmpty(await stack.sql`select lead_id, reason, error, attempts, retry_at from dead_letters`),
  )
  expect(letter).toMatchObject({ lead_id: leadId, reason: 'failed', attempts: 1, retry_at: null })
  expect(letter?.error).toContain('not a LeadReceived event')
  await eventually(async () => {
    const queue = await bodyOf<{ in_flight: number; dead_letters: number }>(fetch(`${triage.url}/queue`))
    return queue.in_flight === 0 && queue.dead_letters === 1
  })
})

test('leads are triaged while the stream of insights is deleted or full', async () => {
  const [intake, insights] = await Promise.all([start('intake'), start('insights'), start('triage')])
  const connection = await connect({ servers: stack.natsUrl })
  const manager = await jetstreamManager(connection)
  const triaged = async (note: string) => {
    const { id } = await bodyOf<LeadBody>(postLead(intake.url, { note }))
    return (await getInsight(insights.url, id, '20s')).status
  }
  await manager.streams.delete(stack.names.insightsStream)
  expect(await triaged('A quote for 5 seats, please.')).toBe(200)
  const stored = async () => (await manager.streams.info(stack.names.insightsStream)).state.messages
  await eventually(async () => (await stored()) === 1, 20_000) // the publisher's timeout is 5 s

  await manager.streams.update(stack.names.insightsStream, { max_msgs: 1, discard: DiscardPolicy.New })
  expect(await triaged('A quote for 6 seats, please.')).toBe(200)
  await eventually(async () => (await manager.streams.info(stack.names.leadsStream)).state.messages === 0)
  expect(await stored()).toBe(1)
  await connection.close()
}, 60_000)
