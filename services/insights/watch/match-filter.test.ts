import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { parseRequest } from '../../../lib/errors/parse.ts'
import { connectPostgres } from '../../../lib/postgres/connect.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { listedLeads, listFilters } from '../../../testkit/listed-leads.ts'
import { storedInsights } from '../../../testkit/stored-insights.ts'
import { allOf, insightConditions, leadConditions } from '../leads/filter-conditions.ts'
import type { InsightFilter } from '../leads/insight-filter.ts'
import { insightFilterSchema } from '../leads/insight-filter.ts'
import { compileFilter } from './match-filter.ts'
import { createChangeReader } from './read-changes.ts'

const stack = useStack()
const insights = storedInsights(stack.sql)
const sql = connectPostgres({
  url: stack.serviceUrls.insights,
  applicationName: 'match-filter.test',
  maxConnections: 2,
  log: captureLog().log,
})
afterAll(() => sql.end())

/** Text whose case differs between JavaScript and PostgreSQL, among others. */
const TRICKY = [
  'İstanbul',
  'ISTANBUL',
  'ΣΊΣΥΦΟΣ',
  'σίσυφος',
  'Straße',
  'STRASSE',
  'ﬁnal',
  'e\u0301cole',
  'École',
  'ЦЕНА',
]

async function matchesInSql(filter: InsightFilter): Promise<string[]> {
  const { createdAfter, createdBefore } = filter
  const conditions = [
    ...insightConditions(sql, filter),
    ...leadConditions(sql, filter),
    ...(createdAfter === undefined ? [] : [sql`i.received_at >= ${createdAfter}`]),
    ...(createdBefore === undefined ? [] : [sql`i.received_at < ${createdBefore}`]),
  ]
  const rows = await sql<{ lead_id: string }[]>`
    select i.lead_id from insights i join lead_details l on l.lead_id = i.lead_id where ${allOf(sql, conditions)}`
  return rows.map(({ lead_id }) => lead_id)
}

async function matchesInMemory(filter: InsightFilter): Promise<string[]> {
  const matches = await compileFilter(sql, filter)
  const page = await createChangeReader(sql, 10_000).read({ seen: { xmax: 0n, inProgress: [] } }, undefined, true)
  return page.changes.filter(matches).map(({ leadId }) => leadId)
}

test('a filter matches the same changes in memory as in SQL', async () => {
  const [leads] = fc.sample(fc.array(listedLeads, { minLength: 6, maxLength: 6 }), 1).map((lists) => lists.flat())
  for (const { insight, ...lead } of leads ?? []) {
    const { client, source, email, name, note, createdAt } = lead
    const { analyzed, corrected, ...columns } = insight ?? expectInsight()
    const verdict = corrected && {
      ...{ corrected_intent: corrected.intent, corrected_priority: corrected.priority },
      ...{ corrected_next_action: corrected.nextAction, corrected_at: new Date() },
    }
    await insights.add(
      {
        ...columns,
        intent: analyzed.intent,
        priority: analyzed.priority,
        next_action: analyzed.nextAction,
        ...verdict,
      },
      { id: randomUUID(), client_id: client, source, email, name, note, created_at: createdAt },
    )
  }
  for (const note of TRICKY) await insights.add({}, { note, email: `${note}@example.com` })
  const texts = fc.constantFrom(...TRICKY, 'stan', 'ΣΥΦ', 'ß, ', 'ss').filter((text) => text.length > 2)
  const filters = fc.oneof(
    listFilters.map(({ states: _, ...filter }) => filter),
    texts.map((text) => ({ text })),
    texts.map((text) => ({ email: `${text}@EXAMPLE.com` })),
  )
  let matched = 0
  await fc.assert(
    fc.asyncProperty(filters, async (input) => {
      const filter = parseRequest(insightFilterSchema, input)
      const expected = await matchesInSql(filter)
      matched += expected.length
      expect((await matchesInMemory(filter)).sort()).toEqual(expected.sort())
    }),
    { numRuns: 100 },
  )
  expect(matched).toBeGreaterThan(100)
}, 60_000)

/** A lead without an insight is stored with one here. */
function expectInsight() {
  return {
    ...{ analyzed: { intent: 'other', priority: 'P3', nextAction: 'ignore' }, corrected: undefined, stage: 'final' },
    ...{ confidence: 0.1, tags: [], language: 'und', analyzer: 'rules@1' },
  } as const
}
