import { toJson } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import type { Insight } from '../../../domain/insight.ts'
import { LeadInsightSchema } from '../../../gen/leadtriage/insights/v1/lead_insight_pb.ts'
import type { LeadInsight } from './lead-insight.ts'
import { withoutPersonalData } from './lead-insight.ts'
import { leadInsightSchema, toLeadInsightBody } from './lead-insight-body.ts'
import { toLeadInsightMessage } from './lead-insight-message.ts'

const AT = new Date('2026-01-31T12:00:00Z')
const ID = '0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11'
const lead = {
  ...{ id: ID, email: 'ada@example.com', phone: '+1 555 0100', name: 'Ada', note: 'A quote, please', source: 'web' },
  createdAt: AT,
}
const insight: Insight = {
  ...{ id: ID, leadId: ID, generation: 1, stage: 'final', contentHash: '0'.repeat(64), analyzer: 'rules@3' },
  ...{ intent: 'buy', priority: 'P0', nextAction: 'call', confidence: 0.5, tags: ['demo'], language: 'en' },
  reasons: [{ text: 'asks for a price', start: 0, end: 7, weight: 1 }],
  ...{ createdAt: AT, updatedAt: AT },
  corrected: { analyzerVerdict: { intent: 'support', priority: 'P1', nextAction: 'email' }, at: AT },
}
const open: LeadInsight = { lead, clientId: 'website', state: 'open', insight, deadLetterReason: undefined }
const dead: LeadInsight = { ...open, state: 'dead_lettered', insight: undefined, deadLetterReason: 'failed' }

test('a lead with its insight has the same fields over RPC and REST', () => {
  expect(leadInsightSchema.parse(toLeadInsightBody(open))).toEqual(toLeadInsightBody(open))
  expect(toJson(LeadInsightSchema, toLeadInsightMessage(open))).toMatchObject({
    lead: { id: ID, email: 'ada@example.com', name: 'Ada', note: 'A quote, please', createdAt: '2026-01-31T12:00:00Z' },
    client: 'website',
    state: 'LEAD_STATE_OPEN',
    insight: {
      ...{ priority: 'PRIORITY_P0', nextAction: 'NEXT_ACTION_CALL', correctedAt: '2026-01-31T12:00:00Z' },
      analyzerVerdict: { intent: 'INTENT_SUPPORT', priority: 'PRIORITY_P1', nextAction: 'NEXT_ACTION_EMAIL' },
    },
  })
  expect(toLeadInsightBody(open)).toMatchObject({
    insight: { priority: 'P0', analyzer_verdict: { priority: 'P1' }, corrected_at: '2026-01-31T12:00:00.000Z' },
  })
})

test('a dead-lettered lead has its reason and no insight', () => {
  expect(toLeadInsightBody(dead)).toMatchObject({ state: 'dead_lettered', insight: null, dead_letter_reason: 'failed' })
  expect(toLeadInsightMessage(dead)).toMatchObject({ state: 3, deadLetterReason: 'failed' })
  expect(toLeadInsightMessage(dead).insight).toBeUndefined()
})

test('without personal data the note, the name and the addresses are left out; the reasons stay', () => {
  const text = JSON.stringify(toLeadInsightBody(withoutPersonalData(open)))
  for (const value of [lead.email, lead.phone, lead.name, lead.note]) expect(text).not.toContain(value)
  for (const value of ['web', 'asks for a price']) expect(text).toContain(value)
})
