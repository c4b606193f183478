import type { Log } from '../lib/log/log.ts'
import { createLog } from '../lib/log/log.ts'

/** A line of the log: pino's level (error is 50), the message, and further fields. */
interface LogEntry {
  readonly level: number
  readonly msg: string
  readonly [field: string]: unknown
}

/** A logger that keeps its lines in memory. */
export interface CapturedLog {
  readonly log: Log
  entries(): LogEntry[]
  /** The log as it would have been written. */
  text(): string
}

export function captureLog(): CapturedLog {
  const lines: string[] = []
  const log = createLog('test', 'trace', { write: (line) => lines.push(line) })
  return { log, entries: () => lines.map((line) => JSON.parse(line) as LogEntry), text: () => lines.join('') }
}
