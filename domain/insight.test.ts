import { expect, test } from 'vitest'
import type { Analysis } from './analysis.ts'
import type { InsightSubject } from './insight.ts'
import { createInsight, Stage } from './insight.ts'

const subject: InsightSubject = { leadId: '0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11', generation: 1, contentHash: 'ab' }
const analysis: Analysis = {
  intent: 'buy',
  priority: 'P0',
  confidence: 0.9,
  tags: ['pricing'],
  reasons: [{ text: 'asks for a price', start: 0, end: 5, weight: 2 }],
  language: 'en',
}

test('the id of an insight depends on the lead alone and does not change between releases', () => {
  const id = '55ca1d5a-922b-5b72-b2a1-467b90f231bc'
  expect(createInsight(subject, Stage.Final, 'rules@1', analysis).id).toBe(id)
  const later = createInsight({ ...subject, generation: 7, contentHash: 'cd' }, Stage.Provisional, 'llm@2', {
    ...analysis,
    intent: 'spam',
  })
  expect(later.id).toBe(id)
})

test('different leads have different insight ids', () => {
  const other = createInsight(
    { ...subject, leadId: '0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a12' },
    Stage.Final,
    'x',
    analysis,
  )
  expect(other.id).not.toBe(createInsight(subject, Stage.Final, 'x', analysis).id)
})

test('an insight has the analysis, its subject, its analyzer and the next action', () => {
  expect(createInsight(subject, Stage.Provisional, 'rules@1', analysis)).toEqual({
    ...subject,
    ...analysis,
    id: expect.any(String),
    stage: 'provisional',
    analyzer: 'rules@1',
    nextAction: 'call',
  })
})
