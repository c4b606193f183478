import { decide } from '../../services/triage/analyzers/rules/learned/verdict.ts'
import { createRuleAnalyzer } from '../../services/triage/analyzers/rules/rule-analyzer.ts'
import type { TrainingNote } from '../labelled-notes.ts'
import { measure } from '../measures.ts'
import { type Prediction, predict } from '../predict.ts'
import { calibrate, type Outcome } from './calibrate.ts'
import { learnWeights, probabilitiesOf, toExample, toModel, type Weights } from './learn.ts'

const UNCALIBRATED = { slope: 1, offset: 0 }

export interface CrossValidation {
  /** The predictions for each file. */
  readonly folds: readonly (readonly Prediction[])[]
  /** Of all folds, for the calibration of a model that learns from every file. */
  readonly outcomes: readonly Outcome[]
}

/**
 * Tests on each file with a model that learned from the other files and from `always`. The confidence of a fold is
 * calibrated on the other folds, so neither the weights nor the calibration have seen the file.
 */
export async function crossValidate(
  files: readonly (readonly TrainingNote[])[],
  always: readonly TrainingNote[],
): Promise<CrossValidation> {
  const shared = always.map(toExample)
  const examples = files.map((notes) => notes.map(toExample))
  const models = files.map((_, fold) => learnWeights([...examples.filter((_, i) => i !== fold).flat(), ...shared]))
  const outcomes = models.map((weights, fold) => outcomesOf(weights, examples[fold] ?? []))
  const folds: Prediction[][] = []
  for (const [fold, notes] of files.entries()) {
    const calibration = calibrate(outcomes.filter((_, i) => i !== fold).flat())
    const model = toModel(models[fold] as Weights, calibration) // one for each file
    folds.push(await predict(createRuleAnalyzer({ model }), notes))
  }
  return { folds, outcomes: outcomes.flat() }
}

const QUALITY_MEASURES = [
  'intent_accuracy',
  'priority_accuracy',
  'both_accuracy',
  'p01_recall',
  'false_spam_rate',
  'ece',
] as const

/** The means of the folds, to three decimal places. `eval/quality.json` keeps them and a test compares. */
export type Quality = Readonly<Record<(typeof QUALITY_MEASURES)[number], number>>

export function qualityOf(folds: readonly (readonly Prediction[])[]): Quality {
  const measures = folds.map(measure)
  const mean = (name: keyof Quality) =>
    Math.round((1000 * measures.reduce((sum, each) => sum + (each[name] ?? 0), 0)) / measures.length) / 1000
  return Object.fromEntries(QUALITY_MEASURES.map((name) => [name, mean(name)])) as Quality // one entry for each name
}

function outcomesOf(weights: Weights, examples: readonly ReturnType<typeof toExample>[]): Outcome[] {
  return probabilitiesOf(toModel(weights, UNCALIBRATED), examples).map((probabilities, i) => {
    const verdict = decide(probabilities)
    return { probability: probabilities[verdict] ?? 0, right: verdict === examples[i]?.verdict }
  })
}
