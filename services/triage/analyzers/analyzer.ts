import type { Analysis } from '../../../domain/analysis.ts'

/**
 * The plug-in interface for analyzers. docs/extending.md lists the steps to add one.
 */
export interface Analyzer {
  /** `name@version`, stored with every insight so that a result can be traced to its analyzer. */
  readonly id: string
  /**
   * Analyzes one note.
   *
   * @param note the sender's message: 1 to 20,000 Unicode code points in any language, possibly hostile
   * @param signal aborts the analysis; the promise then rejects with the signal's reason
   * @throws TerminalError when no retry can succeed; SnoozeError to wait for capacity without counting an attempt; any
   *   other error is retried
   */
  analyze(note: string, signal: AbortSignal): Promise<Analysis>
}
