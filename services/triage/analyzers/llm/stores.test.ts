import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { createInsight, Stage } from '../../../../domain/insight.ts'
import { createLog } from '../../../../lib/log/log.ts'
import { connectPostgres } from '../../../../lib/postgres/connect.ts'
import { useStack } from '../../../../testkit/fixtures/stack.ts'
import { createInsightStore } from '../../insight-store.ts'
import { createAnswerStore } from './answer-store.ts'
import { createSpendingStore } from './spending-store.ts'

const stack = useStack()
const sql = connectPostgres({
  url: stack.serviceUrls.triage,
  applicationName: 'test',
  maxConnections: 2,
  log: createLog('triage', 'silent'),
})
afterAll(() => sql.end())

const usage = { model: 'm', inputTokens: 1000, outputTokens: 100, ms: 500, cost: 0.25 }
const analysis = {
  intent: 'support',
  priority: 'P1',
  confidence: 0.75,
  tags: ['billing'],
  reasons: [{ text: 'was charged twice', start: 0, end: 7, weight: 1 }],
  language: 'en',
} as const

describe('the answers that were bought', () => {
  const answers = createAnswerStore(sql)
  const insights = createInsightStore(sql)
  const store = (stage: Stage, analyzer: string, contentHash: string, bought = true) =>
    insights.upsert([
      createInsight(
        { leadId: randomUUID(), generation: 1, contentHash },
        stage,
        analyzer,
        bought ? { ...analysis, usage } : analysis,
      ),
    ])

  test('are found by the text and the analyzer, and cost nothing the second time', async () => {
    const [stored] = await store(Stage.Final, 'llm-m@1', 'ab')
    expect(stored).toMatchObject({ usage })
    expect(await answers.find('ab', 'llm-m@1')).toEqual(analysis)
    expect(await answers.find('ab', 'llm-m@2')).toBeUndefined()
    expect(await answers.find('ac', 'llm-m@1')).toBeUndefined()
  })

  test('are none of the provisional ones and none that no model gave', async () => {
    await store(Stage.Provisional, 'llm-m@1', 'provisional')
    await store(Stage.Final, 'llm-m@1', 'not bought', false)
    for (const hash of ['provisional', 'not bought']) expect(await answers.find(hash, 'llm-m@1')).toBeUndefined()
  })
})

test('what a day costs is the sum over all workers', async () => {
  const [one, other] = [createSpendingStore(sql), createSpendingStore(sql)]
  expect(await one.today()).toBe(0)
  await Promise.all([one.add(usage), other.add(usage), one.add(usage)])
  expect(await other.today()).toBeCloseTo(0.75)
  await stack.sql`update model_spending set day = day - 1`
  expect(await one.today()).toBe(0)
})
