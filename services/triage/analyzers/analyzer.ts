import type { Analysis } from '../../../domain/analysis.ts'

/**
 * The seam between the triage worker and whatever judges a note. A new kind of analyzer is a new
 * folder beside `rules/`, a value of ANALYZER in `config.ts` and a case in `analyzer-pipeline.ts`; the worker does not change.
 */
export interface Analyzer {
  /** `name@version`, stored with every insight so that a result can be traced to what made it. */
  readonly id: string
  /**
   * Judges one note.
   *
   * @param note what the sender wrote, 1 to 20,000 Unicode code points, any language, hostile at times
   * @param signal aborts the analysis; the promise then rejects with the signal's reason
   * @throws TerminalError when no other try can succeed; whatever else it throws is tried again
   */
  analyze(note: string, signal: AbortSignal): Promise<Analysis>
}
