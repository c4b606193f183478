import type { Analysis } from '../../../domain/analysis.ts'

/** What an analyzer learns about a lead. */
export interface ReceivedNote {
  /** The sender's message: 1 to 20,000 Unicode code points in any language, possibly hostile. */
  readonly note: string
  /** When the lead was first committed. A retriage has the same time, so "tomorrow" keeps its meaning. */
  readonly receivedAt: Date
}

/**
 * The plug-in interface for analyzers. docs/extending.md lists the steps to add one.
 */
export interface Analyzer {
  /** `name@version`, stored with every insight so that a result can be traced to its analyzer. */
  readonly id: string
  /**
   * Analyzes one note.
   *
   * @param signal aborts the analysis; the promise then rejects with the signal's reason
   * @throws TerminalError when no retry can succeed; SnoozeError to wait for capacity without counting an attempt; any
   *   other error is retried
   */
  analyze(lead: ReceivedNote, signal: AbortSignal): Promise<Analysis>
}
