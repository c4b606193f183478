import { createRuleAnalyzer } from '../../services/triage/analyzers/rules/rule-analyzer.ts'
import type { TrainingNote } from '../labelled-notes.ts'
import { measure } from '../measures.ts'
import { type Prediction, predict } from '../predict.ts'
import { reasonMeasures } from '../reasons.ts'
import { mapOf } from '../shares.ts'
import { tagMeasures } from '../tags.ts'
import { calibrate, type Outcome } from './calibrate.ts'
import { certaintiesOf, learnWeights, toExample, toModel, type Weights } from './learn.ts'

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

/** The figures that `eval/quality.json` keeps and a test compares, to three decimal places. */
export interface Quality extends Readonly<Record<(typeof QUALITY_MEASURES)[number], number>> {
  readonly tag_precision: number
  readonly tag_recall: number
  /** Share of reasons that only repeat the verdict. */
  readonly generic_reasons: number
  /** Notes in which two reasons have the same span. */
  readonly duplicated_spans: number
}

/** Means of the folds; tags and reasons are too rare in some folds and are measured over all of them. */
export function qualityOf(folds: readonly (readonly Prediction[])[]): Quality {
  const measures = folds.map(measure)
  const tags = tagMeasures(folds.flat())
  const reasons = reasonMeasures(folds.flat())
  const mean = (name: (typeof QUALITY_MEASURES)[number]) =>
    rounded(measures.reduce((sum, each) => sum + (each[name] ?? 0), 0) / measures.length)
  return {
    ...mapOf(QUALITY_MEASURES, mean),
    tag_precision: rounded(tags?.precision ?? 0),
    tag_recall: rounded(tags?.recall ?? 0),
    generic_reasons: rounded(reasons.generic ?? 0),
    duplicated_spans: reasons.duplicated_spans,
  }
}

function rounded(figure: number): number {
  return Math.round(1000 * figure) / 1000
}

function outcomesOf(weights: Weights, examples: readonly ReturnType<typeof toExample>[]): Outcome[] {
  return certaintiesOf(toModel(weights, UNCALIBRATED), examples).map(({ verdict, ...certainty }, i) => {
    return { ...certainty, right: verdict === examples[i]?.verdict }
  })
}
