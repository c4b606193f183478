import { measure } from '../measures.ts'
import type { Prediction } from '../predict.ts'

/** The figures that are kept in `eval/quality.json` and held by a test: means of the three turns, to three places. */
export interface Quality {
  readonly intent_accuracy: number
  readonly priority_accuracy: number
  readonly both_accuracy: number
  readonly p01_recall: number
  readonly false_spam_rate: number
  readonly ece: number
}

const KEPT = ['intent_accuracy', 'priority_accuracy', 'both_accuracy', 'p01_recall', 'false_spam_rate', 'ece'] as const

export function qualityOf(turns: readonly (readonly Prediction[])[]): Quality {
  const measures = turns.map(measure)
  const mean = (name: (typeof KEPT)[number]) =>
    Math.round((1000 * measures.reduce((sum, each) => sum + (each[name] ?? 0), 0)) / measures.length) / 1000
  return Object.fromEntries(KEPT.map((name) => [name, mean(name)])) as unknown as Quality // one entry for each name
}
