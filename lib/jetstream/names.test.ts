import { expect, test } from 'vitest'
import { jetStreamNames, leadIdOf } from './names.ts'

const LEAD = '0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11'

test('without a namespace the names have no prefix', () => {
  const names = jetStreamNames()
  expect(names).toMatchObject({
    leadsStream: 'LEADS',
    leadsSubjects: 'leads.received.*',
    insightsStream: 'INSIGHTS',
    insightsSubjects: 'insights.*.*',
    insightReadySubjects: 'insights.ready.*',
    triageConsumer: 'triage',
  })
  expect(names.leadReceived(LEAD)).toBe(`leads.received.${LEAD}`)
  expect(names.insightReady(LEAD)).toBe(`insights.ready.${LEAD}`)
  expect(names.insightCorrected(LEAD)).toBe(`insights.corrected.${LEAD}`)
})

test('two namespaces share no stream and no subject', () => {
  const [one, other] = ['blue', 'green'].map((namespace) => {
    const { leadsStream, insightsStream, leadsSubjects, insightsSubjects, leadReceived } = jetStreamNames(namespace)
    return [leadsStream, insightsStream, leadsSubjects, insightsSubjects, leadReceived(LEAD)]
  })
  expect(one).toEqual([
    'blue_LEADS',
    'blue_INSIGHTS',
    'blue.leads.received.*',
    'blue.insights.*.*',
    `blue.leads.received.${LEAD}`,
  ])
  expect(one?.some((name) => other?.includes(name))).toBe(false)
})

test('the lead id is parsed from every subject', () => {
  for (const names of [jetStreamNames(), jetStreamNames('blue')]) {
    expect(leadIdOf(names.leadReceived(LEAD))).toBe(LEAD)
    expect(leadIdOf(names.insightReady(LEAD))).toBe(LEAD)
    expect(leadIdOf(names.insightCorrected(LEAD))).toBe(LEAD)
  }
})
