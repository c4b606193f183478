import { readFile } from 'node:fs/promises'
import { findCanaries } from '../canary.ts'

export interface LogViolations {
  /** Lines that contain a canary. */
  readonly canaries: { canary: string; line: string }[]
  /** Lines of level error or above. No request may cause one, since they page an operator. */
  readonly errors: string[]
  /** Lines that our logger did not write: warnings of Node, console output of libraries, stack traces. */
  readonly foreign: string[]
}

/** Printed by Node because of `--inspect`. */
const INSPECTOR = /^(Debugger |For help, see: https:\/\/nodejs\.org)/

export async function checkLog(logFile: string): Promise<LogViolations> {
  const violations: LogViolations = { canaries: [], errors: [], foreign: [] }
  for (const line of (await readFile(logFile, 'utf8')).split('\n')) {
    if (line === '' || INSPECTOR.test(line)) continue
    for (const canary of findCanaries(line)) violations.canaries.push({ canary, line })
    const level = levelOf(line)
    if (level === undefined) violations.foreign.push(line)
    else if (level >= 50) violations.errors.push(line)
  }
  return violations
}

function levelOf(line: string): number | undefined {
  try {
    const { level } = JSON.parse(line) as { level?: unknown }
    return typeof level === 'number' ? level : undefined
  } catch {
    return undefined
  }
}
