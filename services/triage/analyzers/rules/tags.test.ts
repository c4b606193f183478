import { describe, expect, it } from 'vitest'
import { Intent, Priority } from '../../../../domain/vocabulary.ts'
import type { Fact } from './finding.ts'
import { tagsOf } from './tags.ts'

function tags(intent: Intent, priority: Priority, ...facts: Fact[]): string[] {
  return tagsOf(intent, priority, new Set(facts))
}

describe('tags', () => {
  it('says that many customers who cannot work have an outage', () => {
    expect(tags(Intent.Support, Priority.P0, 'many-affected')).toEqual(['outage'])
    expect(tags(Intent.Support, Priority.P0, 'standstill')).toEqual(['outage'])
    expect(tags(Intent.Support, Priority.P0, 'outage', 'data-loss')).toEqual(['outage'])
  })

  it('sees no outage in what is P0 for another reason', () => {
    expect(tags(Intent.Support, Priority.P0, 'many-affected', 'data-loss')).toEqual([])
    expect(tags(Intent.Support, Priority.P0, 'many-affected', 'mass-damage')).toEqual([])
    expect(tags(Intent.Support, Priority.P0, 'many-affected', 'breach', 'security')).toEqual(['security'])
  })

  it('sees no outage when one person is blocked', () => {
    expect(tags(Intent.Support, Priority.P1, 'outage', 'standstill')).toEqual([])
  })

  it('sees a threat to leave only in what must be answered today', () => {
    expect(tags(Intent.Support, Priority.P1, 'churn-risk')).toEqual(['churn-risk'])
    expect(tags(Intent.Support, Priority.P2, 'churn-risk')).toEqual([])
  })

  it('leaves out tags that do not suit the intent', () => {
    expect(tags(Intent.Spam, Priority.P3, 'pricing', 'legal', 'demo', 'injection')).toEqual(['injection'])
    expect(tags(Intent.Support, Priority.P1, 'enterprise', 'billing', 'pricing')).toEqual(['billing'])
    expect(tags(Intent.Buy, Priority.P1, 'legal', 'pricing')).toEqual(['pricing'])
  })
})
