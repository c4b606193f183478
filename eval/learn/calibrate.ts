import type { Model } from '../../services/triage/analyzers/rules/learned/model.ts'

/** The probability that a model gave its verdict on a note outside its training set, and whether it was correct. */
export interface Outcome {
  readonly probability: number
  readonly right: boolean
}

const STEPS = 500
const RATE = 0.5

/** Platt scaling (Platt 1999): fits the slope and offset of the log-odds that maximize the likelihood of the outcomes. */
export function calibrate(outcomes: readonly Outcome[]): Model['calibration'] {
  let [slope, offset] = [1, 0]
  const points = outcomes.map(({ probability, right }) => ({
    x: Math.log(probability / (1 - probability + 1e-9)),
    y: right ? 1 : 0,
  }))
  for (let step = 0; step < STEPS; step++) {
    let [forSlope, forOffset] = [0, 0]
    for (const { x, y } of points) {
      const error = 1 / (1 + Math.exp(-(slope * x + offset))) - y
      forSlope += error * x
      forOffset += error
    }
    slope -= (RATE * forSlope) / points.length
    offset -= (RATE * forOffset) / points.length
  }
  return { slope, offset }
}
