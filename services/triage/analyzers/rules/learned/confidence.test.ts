import { expect, it } from 'vitest'
import { confidenceOf } from './confidence.ts'

const IDENTITY = { slope: 1, offset: 0 }

it('is a little below the probability of the model when every word is known', () => {
  expect(confidenceOf({ probability: 0.8, unknownShare: 0 }, IDENTITY)).toBeCloseTo(0.77, 2)
})

it('falls with the share of unknown words', () => {
  const confidences = [0, 0.2, 1].map((unknownShare) => confidenceOf({ probability: 0.95, unknownShare }, IDENTITY))
  expect(confidences.map((confidence) => Math.round(100 * confidence))).toEqual([94, 91, 68])
})

it('is defined for the probabilities 0 and 1', () => {
  expect(confidenceOf({ probability: 0, unknownShare: 0 }, IDENTITY)).toBeCloseTo(0)
  expect(confidenceOf({ probability: 1, unknownShare: 0 }, IDENTITY)).toBeCloseTo(1)
})
