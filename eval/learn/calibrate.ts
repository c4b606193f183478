import { type Certainty, logOddsOf } from '../../services/triage/analyzers/rules/learned/confidence.ts'
import type { Model } from '../../services/triage/analyzers/rules/learned/model.ts'

/** How certain a model was of its verdict on a note outside its training set, and whether it was correct. */
export interface Outcome extends Certainty {
  readonly right: boolean
}

const STEPS = 500
const RATE = 0.5

/** Platt scaling (Platt 1999): fits the slope and offset of the log-odds that maximize the likelihood of the outcomes. */
export function calibrate(outcomes: readonly Outcome[]): Model['calibration'] {
  let [slope, offset] = [1, 0]
  const points = outcomes.map((outcome) => ({ ...logOddsOf(outcome), y: outcome.right ? 1 : 0 }))
  for (let step = 0; step < STEPS; step++) {
    let [forSlope, forOffset] = [0, 0]
    for (const { scaled, fixed, y } of points) {
      const error = 1 / (1 + Math.exp(-(slope * scaled + offset + fixed))) - y
      forSlope += error * scaled
      forOffset += error
    }
    slope -= (RATE * forSlope) / points.length
    offset -= (RATE * forOffset) / points.length
  }
  return { slope, offset }
}
