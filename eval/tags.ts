import { Priority } from '../domain/vocabulary.ts'
import { TAG_NAMES } from '../services/triage/analyzers/rules/tags.ts'
import type { LabelledNote } from './labelled-notes.ts'
import type { Prediction } from './predict.ts'
import { type PrecisionAndRecall, precisionAndRecall } from './shares.ts'

/** The quality of tags on the notes whose tags are labelled. Shares are from 0 to 1. */
export interface TagMeasures extends PrecisionAndRecall {
  /** Notes whose tags are labelled. */
  readonly notes: number
  /** Labelled tags of all notes. */
  readonly n: number
  /** `n` is the number of notes with the tag as a label. */
  readonly per_tag: Readonly<Record<string, PrecisionAndRecall & { readonly n: number }>>
}

/**
 * Compares predicted with labelled tags: over all tags of all notes (micro average), and for each tag. Ignores tags
 * that docs/triage.md does not list, for example those of custom rules.
 *
 * @returns null when no note has labelled tags
 */
export function tagMeasures(predictions: readonly Prediction[]): TagMeasures | null {
  const pairs = predictions.flatMap(({ labelled, analysis }) => {
    const actual = tagsOf(labelled)
    return actual === undefined ? [] : [{ actual, predicted: new Set(analysis.tags) }]
  })
  if (pairs.length === 0) return null
  const counts = TAG_NAMES.map((tag) => ({
    tag,
    actual: pairs.filter(({ actual }) => actual.has(tag)).length,
    predicted: pairs.filter(({ predicted }) => predicted.has(tag)).length,
    both: pairs.filter(({ actual, predicted }) => actual.has(tag) && predicted.has(tag)).length,
  }))
  const total = (count: 'actual' | 'predicted' | 'both') => counts.reduce((sum, each) => sum + each[count], 0)
  return {
    notes: pairs.length,
    n: total('actual'),
    ...precisionAndRecall({ actual: total('actual'), predicted: total('predicted'), both: total('both') }),
    per_tag: Object.fromEntries(counts.map((each) => [each.tag, { n: each.actual, ...precisionAndRecall(each) }])),
  }
}

/** The tags that a careful person expects: the labelled ones, and `urgent`, which follows from P0. */
function tagsOf({ tags, priority }: LabelledNote): ReadonlySet<string> | undefined {
  return tags && new Set(priority === Priority.P0 ? [...tags, 'urgent'] : tags)
}
