import { randomUUID } from 'node:crypto'
import { connect } from '@nats-io/transport-node'
import { afterAll, expect, inject, test } from 'vitest'
import { jetStreamNames } from '../../lib/jetstream/names.ts'
import { eventually } from '../../testkit/eventually.ts'
import { untilInsight, watchInsights } from './insight-watch.ts'
import { startClosedLoop } from './loops.ts'

const names = jetStreamNames(`t${randomUUID().slice(0, 8)}`)
const nats = await connect({ servers: inject('servers').natsUrl })
afterAll(() => nats.close())

test('a closed loop never has more untriaged leads than callers, and continues with each insight', async () => {
  const accepted: string[] = []
  const send = async () => {
    const leadId = randomUUID()
    accepted.push(leadId)
    return { items: 1, leadId }
  }
  let ended = 0
  const watch = await watchInsights(nats, names.insightReadySubjects)
  const loop = startClosedLoop(untilInsight({ send }, watch), 3, () => void ended++)
  await eventually(() => accepted.length === 3)

  for (let triaged = 0; triaged < 20; triaged += 1) {
    expect(accepted.length - triaged).toBe(3)
    nats.publish(names.insightReady(accepted[triaged] ?? ''))
    await eventually(() => accepted.length === triaged + 4)
  }
  expect(ended).toBe(20)

  const stopped = loop.stop()
  for (const leadId of accepted.slice(20)) nats.publish(names.insightReady(leadId))
  await stopped
  expect(accepted).toHaveLength(23)
})

test('an insight whose event arrives before the answer ends its operation, too', async () => {
  const watch = await watchInsights(nats, names.insightReadySubjects)
  const sender = untilInsight(
    {
      send: async () => {
        const leadId = randomUUID()
        nats.publish(names.insightReady(leadId))
        await nats.flush() // then the server has delivered the event
        return { items: 1, leadId }
      },
    },
    watch,
  )
  expect(await sender.send()).toEqual({ items: 1 })
})
