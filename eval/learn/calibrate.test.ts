import { expect, it } from 'vitest'
import { confidenceOf } from '../../services/triage/analyzers/rules/learned/confidence.ts'
import { calibrate } from './calibrate.ts'

it('makes the confidence the share of right verdicts less a margin, whatever the share of unknown words', () => {
  for (const unknownShare of [0, 0.2]) {
    const outcomes = Array.from({ length: 100 }, (_, i) => ({ probability: 0.9, unknownShare, right: i < 60 }))
    expect(confidenceOf({ probability: 0.9, unknownShare }, calibrate(outcomes))).toBeCloseTo(0.55, 2)
  }
})
