import { afterAll, expect, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../../testkit/fixtures/tcp-proxies.ts'
import { connectPostgres } from '../postgres/connect.ts'
import type { AuditEvent } from './audit-event.ts'
import { createAuditLog } from './audit-log.ts'

const stack = useStack()
const proxyTo = useTcpProxies()
const stops: (() => Promise<void>)[] = []
afterAll(() => Promise.all(stops.map((stop) => stop())))

/** An audit log of triage, which may only record, over a connection that can be cut. */
async function startAuditLog() {
  const database = await proxyTo(stack.serviceUrls.triage)
  const log = captureLog()
  const sql = connectPostgres({ url: database.url, applicationName: 'audit-log.test', maxConnections: 1, log: log.log })
  const audit = createAuditLog({ sql, service: 'triage', log: log.log })
  stops.push(async () => {
    await audit.stop()
    await sql.end()
  })
  return { audit, database, log }
}

function eventOf(target: string): AuditEvent {
  const source = { actor: 'key:1', address: '203.0.113.7', requestId: 'request-1' }
  return { source, action: 'dead_letters.redrive', target, details: { leads: 3, selection: { all: true } } }
}
const recorded = (target: string) => stack.sql`select * from audit_events where target = ${target}`

test('an event is recorded with its details by a service that may not write the table', async () => {
  const { audit } = await startAuditLog()
  await audit.record(eventOf('recorded'))
  expect(await recorded('recorded')).toEqual([
    {
      id: expect.anything(),
      occurred_at: expect.any(Date),
      service: 'triage',
      actor: 'key:1',
      action: 'dead_letters.redrive',
      target: 'recorded',
      details: { leads: 3, selection: { all: true } },
      address: '203.0.113.7',
      request_id: 'request-1',
    },
  ])
})

test('an event is recorded once PostgreSQL is reachable again', async () => {
  const { audit, database, log } = await startAuditLog()
  await database.cut()
  await audit.record(eventOf('later'))
  await database.heal()
  await eventually(async () => (await recorded('later')).length === 1)
  expect(log.text()).not.toContain('could not record')
})

test('an event that is not recorded when the process stops is in the log', async () => {
  const { audit, database, log } = await startAuditLog()
  await database.cut()
  await audit.record(eventOf('stopped'))
  await audit.stop()
  expect(log.entries().filter(({ level }) => level >= 50)).toMatchObject([{ audit_event: eventOf('stopped') }])
})

test('an event that PostgreSQL rejects is in the log at once', async () => {
  const { audit, log } = await startAuditLog()
  await stack.sql`alter table audit_events add constraint refused check (target <> 'refused')`
  await audit.record(eventOf('refused'))
  await eventually(() => log.text().includes('"target":"refused"'))
  await stack.sql`alter table audit_events drop constraint refused`
})
