import { describe, expect, it } from 'vitest'
import { Intent, Priority } from '../../../../domain/vocabulary.ts'
import type { Fact } from './findings/finding.ts'
import { LEARNED_TAGS, type LearnedTag } from './learned/model.ts'
import { VERDICTS } from './learned/verdict.ts'
import { tagsOf } from './tags.ts'

/** Scores with a probability for some tags, and next to none for the others. */
function scoresWith(probabilities: Partial<Record<LearnedTag, number>>): number[] {
  const logOdds = (p: number) => Math.log(p / (1 - p))
  return [...VERDICTS.map(() => 0), ...LEARNED_TAGS.map((tag) => logOdds(probabilities[tag] ?? 0.001))]
}

function tags(
  intent: Intent,
  priority: Priority,
  probabilities: Partial<Record<LearnedTag, number>>,
  ...facts: Fact[]
): string[] {
  return tagsOf(intent, priority, new Set(facts), scoresWith(probabilities))
}

describe('tags', () => {
  it('follow from the probability, and from a lower one when a phrase states the same', () => {
    expect(tags(Intent.Buy, Priority.P2, { pricing: 0.8, demo: 0.15 })).toEqual(['pricing'])
    expect(tags(Intent.Buy, Priority.P2, { demo: 0.15 }, 'demo')).toEqual(['demo'])
    expect(tags(Intent.Buy, Priority.P2, {}, 'demo')).toEqual([])
    expect(tags(Intent.Buy, Priority.P2, {}, 'enterprise')).toEqual(['enterprise'])
  })

  it('are left out when they do not suit the intent', () => {
    expect(tags(Intent.Spam, Priority.P3, { pricing: 0.9, legal: 0.9, injection: 0.9 })).toEqual(['injection'])
    expect(tags(Intent.Support, Priority.P1, { enterprise: 0.9, billing: 0.9 })).toEqual(['billing'])
  })

  it('name an outage only when many are affected, and a threat to leave only when it must be answered today', () => {
    expect(tags(Intent.Support, Priority.P1, { outage: 0.9 })).toEqual([])
    expect(tags(Intent.Support, Priority.P1, { 'churn-risk': 0.9 })).toEqual(['churn-risk'])
    expect(tags(Intent.Support, Priority.P2, { 'churn-risk': 0.9 })).toEqual([])
  })

  it('have urgent for P0, and for a deadline this week that must be answered today', () => {
    expect(tags(Intent.Other, Priority.P0, {})).toEqual(['urgent'])
    expect(tags(Intent.Buy, Priority.P1, {}, 'deadline', 'due-this-week')).toEqual(['urgent'])
    expect(tags(Intent.Buy, Priority.P1, {}, 'due-this-week')).toEqual([])
    expect(tags(Intent.Spam, Priority.P3, {}, 'deadline', 'due-this-week', 'urgent')).toEqual([])
  })
})
