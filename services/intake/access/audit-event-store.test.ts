import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectPostgres } from '../../../lib/postgres/connect.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { createAuditEventStore } from './audit-event-store.ts'

const EVENTS = 30_000
const stack = useStack()
const { log } = captureLog()
const sql = connectPostgres({ url: stack.ownerUrl, applicationName: 'audit-event-store.test', maxConnections: 1, log })
afterAll(() => sql.end())
const store = createAuditEventStore(sql)

/** One event a second from 2025 on. */
const timeOf = (second: number) => new Date(Date.UTC(2025, 0, 1, 0, 0, second))

beforeAll(async () => {
  await stack.sql`
    insert into audit_events (occurred_at, service, actor, action, target)
    select ${timeOf(0)}::timestamptz + make_interval(secs => i), 'insights',
           case when i % 3 = 0 then 'anonymous' else 'key:' || i % 200 end,
           case when i % 3 = 0 then 'sessions.refused' when i % 500 = 1 then 'keys.create' else 'sessions.start' end, ''
    from generate_series(1, ${EVENTS}::int) i`
  await stack.sql`vacuum analyze audit_events`
})

/** The rows of the table that the connection has read, by an index or without one. */
async function rowsRead(): Promise<number> {
  await sql`select pg_stat_force_next_flush()`
  const [row] = await sql`
    select seq_tup_read + idx_tup_fetch as count from pg_stat_user_tables where relname = 'audit_events'`
  return row?.count
}

test.each([
  ['no filter', {}],
  ['an actor with many events', { actor: 'anonymous' }],
  ['an actor with few events', { actor: 'key:7' }],
  ['an actor without events', { actor: 'key:none' }],
  ['an action with few events', { action: 'keys.create' }],
  ['the oldest events', { before: timeOf(100) }],
  ['a window', { after: timeOf(5_000), before: timeOf(6_000) }],
  ['times without events', { after: timeOf(EVENTS + 1) }],
  ['the oldest events of an actor', { actor: 'anonymous', before: timeOf(100) }],
])('a page for %s reads only a few events more than it has', async (_what, filter) => {
  // more than five calls, after which PostgreSQL may plan a statement for all parameters at once
  for (let call = 0; call < 8; call += 1) {
    const before = await rowsRead()
    const events = await store.list(filter, undefined, 51)
    expect((await rowsRead()) - before).toBeLessThanOrEqual(events.length + 350)
  }
})

test('pages continue after a position, also among events of the same time', async () => {
  const at = timeOf(-1)
  await stack.sql`
    insert into audit_events (occurred_at, service, actor, action, target)
    select ${at}::timestamptz, 'cli', 'cli', 'keys.create', i::text from generate_series(1, 5) i`
  const first = await store.list({ actor: 'cli' }, undefined, 2)
  const rest = await store.list({ actor: 'cli' }, first.at(-1), 10)
  expect([...first, ...rest].map(({ target }) => target)).toEqual(['5', '4', '3', '2', '1'])
})
