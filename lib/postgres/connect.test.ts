import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../../testkit/fixtures/tcp-proxies.ts'
import { connectOnce, connectPostgres, type Sql } from './connect.ts'

const stack = useStack()
const proxyTo = useTcpProxies()
afterEach(() => void vi.useRealTimers())

const CONNECTIONS: [what: string, open: (url: string) => Sql][] = [
  [
    'a pool',
    (url) => connectPostgres({ url, applicationName: 'connect.test', maxConnections: 1, log: captureLog().log }),
  ],
  ['a single connection', connectOnce],
]

/** Sockets of this process, those of proxies included. */
const openSockets = () => process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length

describe.each(CONNECTIONS)('%s', (_what, open) => {
  test.each([
    ['idle', false],
    ['executing a statement', true],
  ])('ends within five seconds and closes its connection when the server hangs while %s', async (_when, isBusy) => {
    const database = await proxyTo(stack.serviceUrls.intake)
    const sql = open(database.url)
    await sql`select 1`
    const before = openSockets()
    database.hold('current')
    const statement = isBusy
      ? expect(sql`select 2`.execute()).rejects.toMatchObject({ code: 'CONNECTION_DESTROYED' })
      : undefined
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const ended = sql.end()
    await vi.advanceTimersByTimeAsync(5_000)
    await ended
    vi.useRealTimers()
    await statement
    await eventually(() => expect(openSockets()).toBe(before - 1)) // the proxy still has its two
  })
})

test('a session has the settings it was given, also those that are 0', async () => {
  const session = { enable_seqscan: 0, statement_timeout: 1_234 }
  const url = stack.serviceUrls.intake
  const sql = connectPostgres({
    url,
    applicationName: 'connect.test',
    maxConnections: 1,
    log: captureLog().log,
    session,
  })
  onTestFinished(() => sql.end())
  const rows =
    await sql`select name, setting from pg_settings where name in ('enable_seqscan', 'statement_timeout') order by name`
  expect(rows).toEqual([
    { name: 'enable_seqscan', setting: 'off' },
    { name: 'statement_timeout', setting: '1234' },
  ])
})
