import { performance } from 'node:perf_hooks'
import type { Analysis } from '../domain/analysis.ts'
import { Priority } from '../domain/vocabulary.ts'
import type { Analyzer, ReceivedNote } from '../services/triage/analyzers/analyzer.ts'
import { type LabelledNote, receivedAtOf } from './labelled-notes.ts'

/** A labelled note with the analysis that an analyzer returned for it. */
export interface Prediction {
  readonly labelled: LabelledNote
  readonly analysis: Analysis
  /** Time that the analyzer took. */
  readonly ms: number
}

const STEPS = Object.values(Priority)
/** Analyzed before the clock starts, so that the time per note is that of a warm worker. */
const WARM_UP_NOTES = 200

/** Runs an analyzer over the notes, one after the other. Skips the warm-up for analyzers that call a paid model. */
export async function predict(analyzer: Analyzer, notes: readonly LabelledNote[]): Promise<Prediction[]> {
  const { signal } = new AbortController()
  const isFree = !analyzer.id.includes('llm-')
  for (const labelled of isFree ? notes.slice(0, WARM_UP_NOTES) : []) await analyzer.analyze(toLead(labelled), signal)
  const predictions: Prediction[] = []
  for (const labelled of notes) {
    const lead = toLead(labelled)
    const startedAt = performance.now()
    const analysis = await analyzer.analyze(lead, signal)
    predictions.push({ labelled, analysis, ms: performance.now() - startedAt })
  }
  return predictions
}

function toLead(labelled: LabelledNote): ReceivedNote {
  return { note: labelled.note, receivedAt: receivedAtOf(labelled) }
}

export function intentIsRight({ labelled, analysis }: Prediction): boolean {
  return labelled.intent === analysis.intent
}

export function priorityIsRight({ labelled, analysis }: Prediction): boolean {
  return labelled.priority === analysis.priority
}

/** Whether every label that the note has is predicted. */
export function bothAreRight(prediction: Prediction): boolean {
  const hasPriority = prediction.labelled.priority !== undefined
  return intentIsRight(prediction) && (!hasPriority || priorityIsRight(prediction))
}

/** Steps between the predicted priority and the label; 0 without a label. */
export function priorityError({ labelled: { priority }, analysis }: Prediction): number {
  return priority === undefined ? 0 : Math.abs(STEPS.indexOf(priority) - STEPS.indexOf(analysis.priority))
}
