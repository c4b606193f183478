import { Intent, Priority } from '../domain/vocabulary.ts'
import { type Calibration, calibrationOf } from './calibration.ts'
import { costOf } from './cost.ts'
import type { Prediction } from './predict.ts'

/** How well an analyzer did; every figure is a share from 0 to 1 unless it says otherwise. */
export interface Measures extends Scores {
  readonly n: number
  /** Mean of the F1 of the five intents. */
  readonly macro_f1: number
  /** Expected calibration error: how far confidence is from the share that is right, in ten bins. */
  readonly ece: number
  /** Mean cost of a note's mistakes; the prices stand in `cost.ts`. */
  readonly mean_cost: number
  readonly per_language: Readonly<Record<string, Scores & { readonly n: number }>>
  readonly per_intent: Readonly<Record<Intent, IntentScores>>
  /** Rows are what is right, columns what the analyzer said. */
  readonly intent_confusion: Confusion<Intent>
  readonly priority_confusion: Confusion<Priority>
  readonly reliability: Calibration['bins']
  /** Milliseconds. */
  readonly ms_per_note: number
  /** What a model would cost, in the currency of the configured prices; 0 when none was asked. */
  readonly cost_per_1000: number
}

interface Scores {
  readonly intent_accuracy: number
  readonly priority_accuracy: number
  /** Intent and priority both right. */
  readonly both_accuracy: number
  /** Right or one step beside it. */
  readonly priority_within_one: number
  /** Of the notes that are P0, those called so. Null when there are none. */
  readonly p0_recall: number | null
  /** Of the notes that are P0 or P1, those called P0 or P1. */
  readonly p01_recall: number | null
  /** Of the notes that are not P0, those called P0. */
  readonly p0_false_alarm_rate: number | null
  readonly p01_false_alarm_rate: number | null
  /** Of the notes that are no spam, those called spam. */
  readonly false_spam_rate: number | null
}

interface IntentScores {
  readonly n: number
  readonly precision: number | null
  readonly recall: number | null
  readonly f1: number
  readonly priority_accuracy: number | null
}

export type Confusion<Label extends string> = Readonly<Record<Label, Readonly<Record<Label, number>>>>

const STEPS = Object.values(Priority)

export function measure(predictions: readonly Prediction[]): Measures {
  const languages = [...new Set(predictions.map(({ labelled }) => labelled.lang))].sort()
  const perIntent = mapOf(Object.values(Intent), (intent) => intentScores(predictions, intent))
  const calibration = calibrationOf(predictions)
  return {
    n: predictions.length,
    ...scoresOf(predictions),
    macro_f1: meanOf(Object.values(perIntent), ({ f1 }) => f1) ?? 0,
    ece: calibration.error,
    mean_cost: meanOf(predictions, costOf) ?? 0,
    per_language: mapOf(languages, (language) => {
      const own = predictions.filter(({ labelled }) => labelled.lang === language)
      return { n: own.length, ...scoresOf(own) }
    }),
    per_intent: perIntent,
    intent_confusion: confusionOf(predictions, Object.values(Intent), 'intent'),
    priority_confusion: confusionOf(predictions, STEPS, 'priority'),
    reliability: calibration.bins,
    ms_per_note: meanOf(predictions, ({ ms }) => ms) ?? 0,
    cost_per_1000: 1000 * (meanOf(predictions, ({ analysis }) => analysis.usage?.cost ?? 0) ?? 0),
  }
}

function scoresOf(predictions: readonly Prediction[]): Scores {
  const isP0 = (priority: Priority) => priority === Priority.P0
  const isP01 = (priority: Priority) => priority === Priority.P0 || priority === Priority.P1
  const called = (among: (priority: Priority) => boolean, of: (priority: Priority) => boolean) =>
    shareOf(
      predictions.filter(({ labelled }) => of(labelled.priority)),
      ({ analysis }) => among(analysis.priority),
    )
  return {
    intent_accuracy: shareOf(predictions, intentIsRight) ?? 0,
    priority_accuracy: shareOf(predictions, priorityIsRight) ?? 0,
    both_accuracy: shareOf(predictions, bothAreRight) ?? 0,
    priority_within_one: shareOf(predictions, (prediction) => stepsOff(prediction) <= 1) ?? 0,
    p0_recall: called(isP0, isP0),
    p01_recall: called(isP01, isP01),
    p0_false_alarm_rate: called(isP0, (priority) => !isP0(priority)),
    p01_false_alarm_rate: called(isP01, (priority) => !isP01(priority)),
    false_spam_rate: shareOf(
      predictions.filter(({ labelled }) => labelled.intent !== Intent.Spam),
      ({ analysis }) => analysis.intent === Intent.Spam,
    ),
  }
}

export function intentIsRight({ labelled, analysis }: Prediction): boolean {
  return labelled.intent === analysis.intent
}

export function priorityIsRight({ labelled, analysis }: Prediction): boolean {
  return labelled.priority === analysis.priority
}

export function bothAreRight(prediction: Prediction): boolean {
  return intentIsRight(prediction) && priorityIsRight(prediction)
}

/** How many steps the priority is off. */
export function stepsOff({ labelled, analysis }: Prediction): number {
  return Math.abs(STEPS.indexOf(labelled.priority) - STEPS.indexOf(analysis.priority))
}

function intentScores(predictions: readonly Prediction[], intent: Intent): IntentScores {
  const actual = predictions.filter(({ labelled }) => labelled.intent === intent)
  const said = predictions.filter(({ analysis }) => analysis.intent === intent)
  const precision = shareOf(said, intentIsRight)
  const recall = shareOf(actual, intentIsRight)
  return {
    n: actual.length,
    precision,
    recall,
    f1: precision && recall ? (2 * precision * recall) / (precision + recall) : 0,
    priority_accuracy: shareOf(actual, priorityIsRight),
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
      (said) => predictions.filter((it) => it.labelled[what] === actual && it.analysis[what] === said).length,
    ),
  )
}

/** Null when there is nothing to take the share of. */
function shareOf<T>(all: readonly T[], holds: (one: T) => boolean): number | null {
  return meanOf(all, (one) => (holds(one) ? 1 : 0))
}

function meanOf<T>(all: readonly T[], value: (one: T) => number): number | null {
  return all.length === 0 ? null : all.reduce((sum, one) => sum + value(one), 0) / all.length
}

function mapOf<Key extends string, Value>(keys: readonly Key[], value: (key: Key) => Value): Record<Key, Value> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<Key, Value> // one entry for each key
}
