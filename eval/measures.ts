import { Intent, Priority } from '../domain/vocabulary.ts'
import { type Calibration, calibrationOf } from './calibration.ts'
import { bothAreRight, intentIsRight, type Prediction, priorityError, priorityIsRight } from './predict.ts'
import { type ReasonMeasures, reasonMeasures } from './reasons.ts'
import { mapOf, meanOf, type PrecisionAndRecall, precisionAndRecall, shareOf } from './shares.ts'
import { type TagMeasures, tagMeasures } from './tags.ts'

/**
 * The quality of an analyzer. Every figure is a share from 0 to 1 unless stated otherwise. Figures that need priorities
 * are about the notes that have one.
 */
export interface Measures extends Scores {
  readonly n: number
  /** Mean F1 of the five intents. */
  readonly macro_f1: number
  /** Expected calibration error: the gap between confidence and accuracy, in ten bins. Null without priorities. */
  readonly ece: number | null
  /** Mean of {@link costOf}. */
  readonly mean_cost: number
  readonly per_language: Readonly<Record<string, Scores & { readonly n: number }>>
  readonly per_intent: Readonly<Record<Intent, IntentScores>>
  /** Rows are labels, columns are predictions. */
  readonly intent_confusion: Confusion<Intent>
  readonly priority_confusion: Confusion<Priority>
  readonly reliability: Calibration['bins']
  /** Null when no note has labelled tags. */
  readonly tags: TagMeasures | null
  readonly reasons: ReasonMeasures
  /** Milliseconds. */
  readonly ms_per_note: number
  /** Cost of model calls, in the currency of the configured prices; 0 without a model. */
  readonly cost_per_1000: number
}

interface Scores {
  readonly intent_accuracy: number
  /** Null without priorities, as the next two. */
  readonly priority_accuracy: number | null
  /** Both intent and priority correct. */
  readonly both_accuracy: number | null
  /** Priority correct or off by one step. */
  readonly priority_within_one: number | null
  /** Share of P0 notes predicted as P0. Null without P0 notes. */
  readonly p0_recall: number | null
  /** Share of P0 and P1 notes predicted as P0 or P1. */
  readonly p01_recall: number | null
  /** Share of other notes predicted as P0. */
  readonly p0_false_alarm_rate: number | null
  readonly p01_false_alarm_rate: number | null
  /** Share of genuine notes predicted as spam. */
  readonly false_spam_rate: number | null
  /** Share of notes with intent buy or support predicted as spam. */
  readonly customers_called_spam: number | null
  /** Share of correct intents among predictions with a confidence of 0.9 or more. */
  readonly intent_accuracy_when_confident: number | null
}

const CONFIDENT = 0.9

interface IntentScores extends PrecisionAndRecall {
  readonly n: number
  readonly f1: number
  readonly priority_accuracy: number | null
}

export type Confusion<Label extends string> = Readonly<Record<Label, Readonly<Record<Label, number>>>>

/** The unit of cost: a wrong intent that the reader notices at once. */
const WRONG_INTENT = 1
/** Customers and buyers in the spam folder never get an answer. */
const LOST_IN_SPAM = 10
/** P0 predicted as P2 or P3: the answer comes too late. */
const TOO_LATE = 4
const PRIORITY_STEP = 0.5

export function measure(predictions: readonly Prediction[]): Measures {
  const languages = [...new Set(predictions.map(({ labelled }) => labelled.lang))].sort()
  const perIntent = mapOf(Object.values(Intent), (intent) => intentScores(predictions, intent))
  const calibration = calibrationOf(predictions.filter(hasPriority))
  return {
    n: predictions.length,
    ...scoresOf(predictions),
    macro_f1: meanOf(Object.values(perIntent), ({ f1 }) => f1) ?? 0,
    ece: calibration.bins.length > 0 ? calibration.error : null,
    mean_cost: meanOf(predictions, costOf) ?? 0,
    per_language: mapOf(languages, (language) => {
      const own = predictions.filter(({ labelled }) => labelled.lang === language)
      return { n: own.length, ...scoresOf(own) }
    }),
    per_intent: perIntent,
    intent_confusion: confusionOf(predictions, Object.values(Intent), 'intent'),
    priority_confusion: confusionOf(predictions, Object.values(Priority), 'priority'),
    reliability: calibration.bins,
    tags: tagMeasures(predictions),
    reasons: reasonMeasures(predictions),
    ms_per_note: meanOf(predictions, ({ ms }) => ms) ?? 0,
    cost_per_1000: 1000 * (meanOf(predictions, ({ analysis }) => analysis.usage?.cost ?? 0) ?? 0),
  }
}

/** The cost of the mistakes in one prediction; 0 when it is correct. */
export function costOf(prediction: Prediction): number {
  const { labelled, analysis } = prediction
  if (isCustomer(labelled.intent) && analysis.intent === Intent.Spam) return LOST_IN_SPAM
  const steps = priorityError(prediction)
  const isLate = labelled.priority === Priority.P0 && steps >= 2
  return (intentIsRight(prediction) ? 0 : WRONG_INTENT) + (isLate ? TOO_LATE : PRIORITY_STEP * steps)
}

function isCustomer(intent: Intent): boolean {
  return intent === Intent.Buy || intent === Intent.Support
}

function hasPriority({ labelled }: Prediction): boolean {
  return labelled.priority !== undefined
}

function scoresOf(predictions: readonly Prediction[]): Scores {
  const rated = predictions.filter(hasPriority)
  const isP0 = (priority: Priority) => priority === Priority.P0
  const isP01 = (priority: Priority) => priority === Priority.P0 || priority === Priority.P1
  const shareWith = (predicted: (priority: Priority) => boolean, label: (priority: Priority) => boolean) =>
    shareOf(
      rated.filter(({ labelled: { priority } }) => priority !== undefined && label(priority)),
      ({ analysis }) => predicted(analysis.priority),
    )
  return {
    intent_accuracy: shareOf(predictions, intentIsRight) ?? 0,
    priority_accuracy: shareOf(rated, priorityIsRight),
    both_accuracy: shareOf(rated, bothAreRight),
    priority_within_one: shareOf(rated, (prediction) => priorityError(prediction) <= 1),
    p0_recall: shareWith(isP0, isP0),
    p01_recall: shareWith(isP01, isP01),
    p0_false_alarm_rate: shareWith(isP0, (priority) => !isP0(priority)),
    p01_false_alarm_rate: shareWith(isP01, (priority) => !isP01(priority)),
    false_spam_rate: shareOf(
      predictions.filter(({ labelled }) => labelled.intent !== Intent.Spam),
      ({ analysis }) => analysis.intent === Intent.Spam,
    ),
    customers_called_spam: shareOf(
      predictions.filter(({ labelled }) => isCustomer(labelled.intent)),
      ({ analysis }) => analysis.intent === Intent.Spam,
    ),
    intent_accuracy_when_confident: shareOf(
      predictions.filter(({ analysis }) => analysis.confidence >= CONFIDENT),
      intentIsRight,
    ),
  }
}

/** The figures of one file among several, and their means over the files: each file weighs the same, whatever its size. */
export interface FileScores extends Scores {
  readonly n: number
}

export function scoresOfFile(predictions: readonly Prediction[]): FileScores {
  return { n: predictions.length, ...scoresOf(predictions) }
}

/** @returns the mean over the files that have the figure; null when none has */
export function macroAverage(files: readonly FileScores[]): Scores {
  const names = Object.keys(files[0] ?? {}).filter((name) => name !== 'n') as (keyof Scores)[] // the keys of FileScores
  return mapOf(names, (name) =>
    meanOf(
      files.flatMap((scores) => scores[name] ?? []),
      (figure) => figure,
    ),
  ) as unknown as Scores // an accuracy of intents is in every file
}

function intentScores(predictions: readonly Prediction[], intent: Intent): IntentScores {
  const actual = predictions.filter(({ labelled }) => labelled.intent === intent)
  const predicted = predictions.filter(({ analysis }) => analysis.intent === intent)
  const { precision, recall } = precisionAndRecall({
    actual: actual.length,
    predicted: predicted.length,
    both: actual.filter(intentIsRight).length,
  })
  return {
    n: actual.length,
    precision,
    recall,
    f1: precision && recall ? (2 * precision * recall) / (precision + recall) : 0,
    priority_accuracy: shareOf(actual.filter(hasPriority), priorityIsRight),
  }
}

function confusionOf<Label extends string>(
  predictions: readonly Prediction[],
  labels: readonly Label[],
  what: 'intent' | 'priority',
): Confusion<Label> {
  return mapOf(labels, (actual) =>
    mapOf(
      labels,
      (predicted) => predictions.filter((it) => it.labelled[what] === actual && it.analysis[what] === predicted).length,
    ),
  )
}
