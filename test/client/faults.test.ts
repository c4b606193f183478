import { beforeAll, expect, test } from 'vitest'
import { createLeadtriage, type WatchEvent } from '../../client/index.ts'
import { eventually } from '../../testkit/eventually.ts'
import type { ServiceProcess } from '../../testkit/fixtures/services.ts'
import { useServices } from '../../testkit/fixtures/services.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../../testkit/fixtures/tcp-proxies.ts'

/* The typed client while connections break. */

const stack = useStack()
const proxyTo = useTcpProxies()
const start = useServices(stack)
let intake: ServiceProcess
let insights: ServiceProcess

beforeAll(async () => {
  ;[intake, insights] = await Promise.all([start('intake'), start('insights'), start('triage')])
})

test('a connection that breaks after the commit leaves one lead, and one answer', async () => {
  const proxy = await proxyTo(intake.url)
  const { leads } = createLeadtriage({ intakeUrl: proxy.url, insightsUrl: insights.url })
  proxy.discardRepliesTo('CreateLead')
  const created = leads.create({ note: 'A quote, please', source: 'cut' })
  const rows = () => stack.sql`select id from leads where source = 'cut'`
  await eventually(async () => (await rows()).length === 1)
  await proxy.heal()
  const { lead, replayed } = await created
  expect(replayed).toBe(true)
  expect(await rows()).toEqual([{ id: lead.id }])
})

test('a watch across broken connections misses nothing and delivers nothing twice', async () => {
  const proxy = await proxyTo(insights.url)
  const { leads, insights: watched } = createLeadtriage({ intakeUrl: intake.url, insightsUrl: proxy.url })
  const source = 'watched'
  const store = async (note: string) => (await leads.create({ note, source })).lead.id
  const stop = new AbortController()
  const stored: string[] = []
  const received: string[] = []
  let reconnected = 0
  const onEvent = async (event: WatchEvent) => {
    if (event.type === 'reconnecting') reconnected += 1
    if (event.type === 'insight') received.push(event.lead.id)
    if (event.type === 'synchronized' && stored.length < 4) {
      stored.push(await store('before the connection breaks'))
      await proxy.cut()
      stored.push(await store('while there is no connection'))
      await proxy.heal()
    }
    if (stored.length === 4 && received.length >= 4) stop.abort()
  }
  for await (const event of watched.watch({ sources: [source] }, { signal: stop.signal })) await onEvent(event)
  expect(reconnected).toBeGreaterThan(0)
  expect(received.toSorted()).toEqual(stored.toSorted())
})
