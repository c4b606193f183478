import { randomUUID } from 'node:crypto'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { connectPostgres } from '../../../lib/postgres/connect.ts'
import { createMetrics } from '../../../lib/telemetry/metrics.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { createDeferredLeads } from './deferred-leads.ts'

const stack = useStack()
const { log, text } = captureLog()
const sql = connectPostgres({ url: stack.serviceUrls.intake, applicationName: 'test', maxConnections: 1, log })
afterAll(() => sql.end())
beforeEach(() => stack.sql`truncate unsettled_leads`)

const recorded = () => stack.sql<{ lead_id: string; share: string; due: boolean }[]>`
  select lead_id, share, check_at <= now() as due from unsettled_leads order by share, lead_id`

test('deferred leads are due at once, in the share of their client', async () => {
  const deferred = createDeferredLeads(sql, log, createMetrics('test'))
  const [one, two] = [randomUUID(), randomUUID()]
  deferred.add(one, 'a')
  deferred.add(two, 'b')
  deferred.add(one, 'a') // by a retry
  await deferred.drain()
  expect([...(await recorded())]).toEqual([
    { lead_id: one, share: 'a', due: true },
    { lead_id: two, share: 'b', due: true },
  ])
})

test('a lead that the reconciler has recorded keeps its due time', async () => {
  const deferred = createDeferredLeads(sql, log, createMetrics('test'))
  const id = randomUUID()
  await stack.sql`insert into unsettled_leads (lead_id, share, check_at) values (${id}, 'a', now() + interval '1 hour')`
  deferred.add(id, 'a')
  await deferred.drain()
  expect([...(await recorded())]).toEqual([{ lead_id: id, share: 'a', due: false }])
})

test('a drain waits for thousands of leads', async () => {
  const deferred = createDeferredLeads(sql, log, createMetrics('test'))
  for (let i = 0; i < 5_000; i += 1) deferred.add(randomUUID(), 'a')
  await deferred.drain()
  expect(await recorded()).toHaveLength(5_000)
})

test('leads that PostgreSQL does not record are logged and left to the walk; the next ones are recorded', async () => {
  const deferred = createDeferredLeads(sql, log, createMetrics('test'))
  deferred.add('not an id', 'a')
  await deferred.drain()
  expect(text()).toContain('cannot record deferred leads')
  deferred.add(randomUUID(), 'a')
  await deferred.drain()
  expect(await recorded()).toHaveLength(1)
})
