/** The share of items for which `holds` is true. Null for an empty list. */
export function shareOf<T>(all: readonly T[], holds: (one: T) => boolean): number | null {
  return meanOf(all, (one) => (holds(one) ? 1 : 0))
}

/** Null for an empty list. */
export function meanOf<T>(all: readonly T[], value: (one: T) => number): number | null {
  return all.length === 0 ? null : all.reduce((sum, one) => sum + value(one), 0) / all.length
}

/** Of the items with a label (`actual`) and those with a prediction (`predicted`), how many are in both. */
export interface PrecisionAndRecall {
  /** Share of correct predictions. Null without predictions. */
  readonly precision: number | null
  /** Share of labels found. Null without labels. */
  readonly recall: number | null
}

/** @param counts the sizes of the sets of labels and of predictions, and of their intersection */
export function precisionAndRecall(counts: { actual: number; predicted: number; both: number }): PrecisionAndRecall {
  const { actual, predicted, both } = counts
  return { precision: predicted === 0 ? null : both / predicted, recall: actual === 0 ? null : both / actual }
}

export function mapOf<Key extends string, Value>(keys: readonly Key[], value: (key: Key) => Value): Record<Key, Value> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<Key, Value> // one entry for each key
}
