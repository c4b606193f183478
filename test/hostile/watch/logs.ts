import { readFile } from 'node:fs/promises'
import { findCanaries } from '../canary.ts'

export interface LogFaults {
  /** Lines that hold a canary. */
  readonly canaries: { canary: string; line: string }[]
  /** Lines of level error or above: nothing that a client does may page an operator. */
  readonly errors: string[]
  /** What is no JSON line of ours: warnings of Node, console output of libraries, stack traces. */
  readonly foreign: string[]
}

/** What Node says because the memory is measured over its inspector. */
const INSPECTOR = /^(Debugger |For help, see: https:\/\/nodejs\.org)/

export async function readLogFaults(logFile: string): Promise<LogFaults> {
  const faults: LogFaults = { canaries: [], errors: [], foreign: [] }
  for (const line of (await readFile(logFile, 'utf8')).split('\n')) {
    if (line === '' || INSPECTOR.test(line)) continue
    for (const canary of findCanaries(line)) faults.canaries.push({ canary, line })
    const level = levelOf(line)
    if (level === undefined) faults.foreign.push(line)
    else if (level >= 50) faults.errors.push(line)
  }
  return faults
}

function levelOf(line: string): number | undefined {
  try {
    const { level } = JSON.parse(line) as { level?: unknown }
    return typeof level === 'number' ? level : undefined
  } catch {
    return undefined
  }
}
