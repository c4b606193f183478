import { performance } from 'node:perf_hooks'
import type { Analysis } from '../domain/analysis.ts'
import type { Analyzer } from '../services/triage/analyzers/analyzer.ts'
import type { LabelledNote } from './labelled-notes.ts'

/** A labelled note beside what an analyzer made of it. */
export interface Prediction {
  readonly labelled: LabelledNote
  readonly analysis: Analysis
  /** How long the analyzer took. */
  readonly ms: number
}

/** Notes that are judged before the clock runs, so that the figure is that of a worker that has been up for a while. */
const WARM_UP_NOTES = 200

/** Runs an analyzer over the notes, one after the other. What asks a model is not warmed up: that would cost money. */
export async function predict(analyzer: Analyzer, notes: readonly LabelledNote[]): Promise<Prediction[]> {
  const { signal } = new AbortController()
  const isFree = !analyzer.id.includes('llm-')
  for (const { note } of isFree ? notes.slice(0, WARM_UP_NOTES) : []) await analyzer.analyze(note, signal)
  const predictions: Prediction[] = []
  for (const labelled of notes) {
    const startedAt = performance.now()
    const analysis = await analyzer.analyze(labelled.note, signal)
    predictions.push({ labelled, analysis, ms: performance.now() - startedAt })
  }
  return predictions
}
