import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { createInsight, Stage } from '../../../../domain/insight.ts'
import { createLog } from '../../../../lib/log/log.ts'
import { connectPostgres } from '../../../../lib/postgres/connect.ts'
import { useStack } from '../../../../testkit/fixtures/stack.ts'
import { createInsightStore } from '../../insight-store.ts'
import { createAnswerStore, createSpendingStore } from './stores.ts'

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

describe('stored answers', () => {
  const answers = createAnswerStore(sql)
  const insights = createInsightStore(sql)
  const origin = { clientId: 'test', source: null, receivedAt: new Date() }
  const store = (stage: Stage, analyzer: string, contentHash: string, byModel = true) => {
    const subject = { leadId: randomUUID(), generation: 1, contentHash }
    const insight = createInsight(subject, stage, analyzer, byModel ? { ...analysis, usage } : analysis)
    return insights.upsert([{ ...insight, origin }])
  }

  test('are found by text and analyzer, without usage', async () => {
    const [stored] = await store(Stage.Final, 'llm-m@1', 'ab')
    expect(stored).toMatchObject({ usage })
    expect(await answers.find('ab', 'llm-m@1')).toEqual(analysis)
    expect(await answers.find('ab', 'llm-m@2')).toBeUndefined()
    expect(await answers.find('ac', 'llm-m@1')).toBeUndefined()
  })

  test('exclude provisional insights and those without a model call', async () => {
    await store(Stage.Provisional, 'llm-m@1', 'provisional')
    await store(Stage.Final, 'llm-m@1', 'no call', false)
    for (const hash of ['provisional', 'no call']) expect(await answers.find(hash, 'llm-m@1')).toBeUndefined()
  })
})

test('the spending of a day is the sum over all workers', async () => {
  const [one, other] = [createSpendingStore(sql), createSpendingStore(sql)]
  expect(await one.today()).toBe(0)
  await Promise.all([one.add(usage), other.add(usage), one.add(usage)])
  expect(await other.today()).toBeCloseTo(0.75)
  await stack.sql`update model_spending set day = day - 1`
  expect(await one.today()).toBe(0)
})
