import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { connectPostgres } from '../../../lib/postgres/connect.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { readLeadInsights } from './read-lead-insights.ts'

const stack = useStack()
const sql = connectPostgres({
  url: stack.serviceUrls.insights,
  applicationName: 'read-lead-insights.test',
  maxConnections: 2,
  log: captureLog().log,
})
afterAll(() => sql.end())

/** Stores a lead, and what triage made of it. */
async function store(more: { insight?: object; retryAt?: Date | null; seconds?: number } = {}): Promise<string> {
  const id = randomUUID()
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, email, created_at)
    values (${id}, 'website', ${randomUUID()}, '\\x00', 'note', 'hash', 'ada@example.com',
            now() + make_interval(secs => ${more.seconds ?? 0}))`
  if (more.insight !== undefined) {
    const stored = {
      ...{ lead_id: id, id: randomUUID(), generation: 1, stage: 'final', content_hash: 'hash', intent: 'buy' },
      ...{ priority: 'P1', next_action: 'email', confidence: 0.5, tags: ['a'], reasons: [], language: 'en' },
      ...{ analyzer: 'test@1', ...more.insight },
    }
    await stack.sql`insert into insights ${stack.sql(stored)}`
  }
  if (more.retryAt !== undefined) {
    await stack.sql`
      insert into dead_letters (lead_id, generation, reason, error, attempts, retry_at)
      values (${id}, 1, ${more.retryAt === null ? 'failed' : 'parked'}, 'x', 5, ${more.retryAt})`
  }
  return id
}

test('leads are read with their insights and states, in the order of the ids, without those that do not exist', async () => {
  const corrected = {
    ...{ corrected_intent: 'spam', corrected_priority: 'P3', corrected_next_action: 'ignore' },
    corrected_at: new Date('2026-01-31T12:00:00Z'),
  }
  const [open, byPerson, pending, dead] = [
    await store({ insight: {} }),
    await store({ insight: corrected }),
    await store(),
    await store({ retryAt: null }),
  ]
  const rows = await readLeadInsights(sql, [dead, open, randomUUID(), pending, byPerson])
  expect(rows.map(({ lead }) => lead.id)).toEqual([dead, open, pending, byPerson])
  expect(rows.map(({ state }) => state)).toEqual(['dead_lettered', 'open', 'pending', 'open'])
  expect(rows[0]).toMatchObject({ clientId: 'website', insight: undefined, deadLetterReason: 'failed' })
  expect(rows[1]).toMatchObject({ insight: { intent: 'buy', tags: ['a'] }, lead: { email: 'ada@example.com' } })
  expect(rows[3]?.insight).toMatchObject({
    ...{ intent: 'spam', priority: 'P3', nextAction: 'ignore' },
    corrected: {
      analyzerVerdict: { intent: 'buy', priority: 'P1', nextAction: 'email' },
      at: corrected.corrected_at,
    },
  })
})

test('pending leads are those that have neither an insight nor a dead letter, wherever the reconciler is', async () => {
  await stack.sql`delete from leads`
  const later = new Date(Date.now() + 3_600_000)
  const [pending, parked] = [await store(), await store({ retryAt: later })]
  await store({ insight: {} })
  await store({ retryAt: null })
  const ids = async () => {
    const rows = await sql<{ lead_id: string }[]>`select lead_id from pending_leads`
    return rows.map(({ lead_id }) => lead_id).sort()
  }
  expect(await ids()).toEqual([pending, parked].sort())
  // the reconciler has passed all of them, and has recorded those that are unsettled and due
  await stack.sql`update reconciliation set late_at = now() + interval '1 minute'`
  await stack.sql`insert into unsettled_leads (lead_id, share, check_at) values (${pending}, 'website', now())`
  expect(await ids()).toEqual([pending, parked].sort())
  const fresh = await store({ seconds: 120 })
  expect(await ids()).toEqual([pending, parked, fresh].sort())
})
