import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuditLog } from '../../lib/auth/audit-log.ts'
import { connectPostgres } from '../../lib/postgres/connect.ts'
import { captureLog } from '../../testkit/captured-log.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { retriageLeads } from './retriage-leads.ts'
import { createRetriageStore } from './retriage-store.ts'

const stack = useStack()
const { log } = captureLog()
const sql = connectPostgres({
  url: stack.serviceUrls.intake,
  applicationName: 'retriage-leads.test',
  maxConnections: 1,
  log,
})
const leads = createRetriageStore(sql)
const parts = { leads, audit: createAuditLog({ sql, service: 'intake', log }), leadsPerSecond: 1_000 }
afterAll(() => sql.end())

/** More than one batch. */
const LEADS = 2_500
const BATCH = 2_000

beforeAll(async () => {
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, created_at)
    select gen_random_uuid(), 'test', gen_random_uuid(), '\\x00', 'a note', 'hash',
           '2021-01-01'::timestamptz + make_interval(secs => i)
    from generate_series(1, ${LEADS}) i`
})

/** Retriages, and returns the audit events of the call. */
async function retriage(input: object, signal = new AbortController().signal, store = leads) {
  const source = { actor: 'key:1', address: '203.0.113.7', requestId: randomUUID() }
  const outcome = await retriageLeads({ ...parts, leads: store }, source, input, signal).catch((error: Error) => error)
  const events = await stack.sql`
    select action, target, actor, details from audit_events where request_id = ${source.requestId}`
  return { outcome, events: [...events] }
}
const eventWith = (details: object) => ({ action: 'leads.retriage', target: 'leads', actor: 'key:1', details })

test('a retriage is recorded with its selection and the number of leads, a dry run is not', async () => {
  expect((await retriage({ all: true, dry_run: true })).events).toEqual([])
  expect(await retriage({ all: true })).toEqual({
    outcome: LEADS,
    events: [eventWith({ selection: { all: true }, leads: LEADS, completed: true })],
  })
  const filter = { analyzer: 'rules@1', intents: ['buy'], created_after: '2020-01-01T00:00:00.000Z' }
  expect((await retriage(filter)).events).toEqual([eventWith({ selection: filter, leads: 0, completed: true })])
})

test('a long list of ids is recorded by its length and its first ids', async () => {
  const lead_ids = Array.from({ length: 1_000 }, () => randomUUID())
  const selection = { lead_id_count: 1_000, first_lead_ids: lead_ids.slice(0, 10) }
  expect((await retriage({ lead_ids })).events).toEqual([eventWith({ selection, leads: 0, completed: true })])
})

test('a retriage that fails midway is recorded with the leads queued before', async () => {
  await stack.sql.unsafe(`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$;
    create trigger refused before insert or update on unsettled_leads for each row
      when (new.lead_id = '${(await newestLead()).id}') execute function refuse()`)
  expect(await retriage({ all: true })).toEqual({
    outcome: expect.objectContaining({ message: 'refused' }),
    events: [eventWith({ selection: { all: true }, leads: BATCH, completed: false })],
  })
  await stack.sql`drop function refuse cascade`
})

test('a retriage that is cancelled is recorded with the leads queued before', async () => {
  const caller = new AbortController()
  const cancelling = {
    ...leads,
    retriage: async (...args: Parameters<typeof leads.retriage>) => {
      const batch = await leads.retriage(...args)
      caller.abort()
      return batch
    },
  }
  expect(await retriage({ all: true }, caller.signal, cancelling)).toEqual({
    outcome: expect.objectContaining({ code: 'cancelled' }),
    events: [eventWith({ selection: { all: true }, leads: BATCH, completed: false })],
  })
})

test('a request that is not valid is not recorded', async () => {
  expect((await retriage({})).events).toEqual([])
})

async function newestLead(): Promise<{ id: string }> {
  const [lead] = await stack.sql<{ id: string }[]>`select id from leads order by created_at desc limit 1`
  return lead ?? { id: '' }
}
