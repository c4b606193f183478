import { mostProbable } from '../../services/triage/analyzers/rules/learned/verdict.ts'
import { createRuleAnalyzer } from '../../services/triage/analyzers/rules/rule-analyzer.ts'
import type { LabelledNote } from '../labelled-notes.ts'
import { type Prediction, predict } from '../predict.ts'
import { calibrate, type Outcome } from './calibrate.ts'
import { learnWeights, probabilitiesOf, toExample, toModel, type Weights } from './learn.ts'

const UNCALIBRATED = { slope: 1, offset: 0 }

/** What came of testing on each file in turn with a model that learned from the others. */
export interface CrossValidation {
  /** One list of predictions for each file. */
  readonly turns: readonly (readonly Prediction[])[]
  /** How sure the models were, on every file. */
  readonly outcomes: readonly Outcome[]
}

/**
 * Tests on each file in turn with a model that learned from the other files and from `always`. The confidence of a turn
 * is calibrated on the other turns, so it has seen nothing of the file either.
 */
export async function crossValidate(
  files: readonly (readonly LabelledNote[])[],
  always: readonly LabelledNote[],
): Promise<CrossValidation> {
  const shared = always.map(toExample)
  const examples = files.map((notes) => notes.map(toExample))
  const models = files.map((_, turn) => learnWeights([...examples.filter((_, i) => i !== turn).flat(), ...shared]))
  const outcomes = models.map((weights, turn) => outcomesOf(weights, examples[turn] ?? []))
  const turns: Prediction[][] = []
  for (const [turn, notes] of files.entries()) {
    const calibration = calibrate(outcomes.filter((_, i) => i !== turn).flat())
    const model = toModel(models[turn] as Weights, calibration) // one for each file
    turns.push(await predict(createRuleAnalyzer({ model }), notes))
  }
  return { turns, outcomes: outcomes.flat() }
}

function outcomesOf(weights: Weights, examples: readonly ReturnType<typeof toExample>[]): Outcome[] {
  return probabilitiesOf(toModel(weights, UNCALIBRATED), examples).map((probabilities, i) => {
    const verdict = mostProbable(probabilities)
    return { probability: probabilities[verdict] ?? 0, right: verdict === examples[i]?.verdict }
  })
}
