import { randomUUID } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { contentHash, requestHash } from '../../domain/lead.ts'
import { createLifecycle } from '../../lib/lifecycle/lifecycle.ts'
import { connectPostgres } from '../../lib/postgres/connect.ts'
import { createMetrics } from '../../lib/telemetry/metrics.ts'
import { captureLog } from '../../testkit/captured-log.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { createIntakeBatchers } from './batchers.ts'
import type { LeadRow } from './lead-store.ts'
import { createLeadStore } from './lead-store.ts'

const stack = useStack()
const { log } = captureLog()
const sql = connectPostgres({
  url: stack.serviceUrls.intake,
  applicationName: 'batchers.test',
  maxConnections: 4,
  log,
})
const lifecycle = createLifecycle(log)
afterAll(async () => {
  await lifecycle.stop()
  await sql.end()
})

/** The clients of each commit, in the order of the commits. */
const commits: string[][] = []
const store = createLeadStore(sql)
const batchers = createIntakeBatchers(
  {
    ...store,
    insert: (rows) => {
      commits.push(rows.map(({ clientId }) => clientId))
      return store.insert(rows)
    },
  },
  createMetrics('test'),
  lifecycle,
)
beforeEach(() => void commits.splice(0))

function rowOf(clientId: string): LeadRow {
  const lead = { email: null, phone: null, name: null, note: 'hello', source: null }
  return {
    id: uuidv7(),
    clientId,
    idempotencyKey: randomUUID(),
    requestHash: requestHash(lead),
    contentHash: contentHash(lead.note),
    lead,
  }
}

const rowsOf = (clientId: string, count: number) => Array.from({ length: count }, () => rowOf(clientId))

describe('while one client has thousands of leads queued', () => {
  test('the single lead of another is in the next commit', async () => {
    const flood = rowsOf('busy', 5_000).map((row) => batchers.groupCommit.submit(row))
    await Promise.race(flood) // the first commit has ended, the second has begun
    const commitsBefore = commits.length
    const other = batchers.groupCommit.submit(rowOf('other'))
    expect(await other).toMatchObject({ created: true })
    expect(commits.findIndex((clients) => clients.includes('other'))).toBe(commitsBefore)
    await Promise.all(flood)
    expect(commits.flat().filter((client) => client === 'busy')).toHaveLength(5_000)
    expect(commits.length).toBeGreaterThan(commitsBefore + 1)
  })

  test('another still finds room in the queue, and gets its share of the commits', async () => {
    const flood = Promise.allSettled(rowsOf('busy', 12_000).map((row) => batchers.groupCommit.submit(row)))
    const others = rowsOf('other', 1_000).map((row) => batchers.groupCommit.submit(row))
    await Promise.all(others)
    const last = commits.findLastIndex((clients) => clients.includes('other'))
    expect(last).toBeLessThanOrEqual(4) // of 500 leads each, half of them its own
    const stored = (await flood).filter(({ status }) => status === 'fulfilled')
    expect(stored).toHaveLength(7_500)
  })

  test('the list of another is in the next commit of lists', async () => {
    const flood = Promise.allSettled(Array.from({ length: 30 }, () => batchers.listCommit.submit(rowsOf('busy', 500))))
    const other = batchers.listCommit.submit(rowsOf('other', 10))
    expect(await other).toHaveLength(10)
    expect(commits[0]).toContain('other')
    const stored = (await flood).filter(({ status }) => status === 'fulfilled')
    expect(stored).toHaveLength(24)
  })
})
