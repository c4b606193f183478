import path from 'node:path'
import type { ServiceName } from '../db/service-logins.ts'
import { probe } from '../lib/server/probe.ts'
import type { RunningProcess } from './child-process.ts'
import { type NodeProcessOptions, spawnNode } from './node-process.ts'
import type { StopStep } from './processes.ts'
import { PROJECT_ROOT } from './settings.ts'

export interface ServiceOptions extends Omit<NodeProcessOptions, 'main' | 'cwd' | 'stopSteps'> {
  readonly name: ServiceName
  /** The root of the checkout to start it from. Default: this one. */
  readonly checkout?: string | undefined
}

/** On SIGTERM a service drains for up to 25 s. */
const STOP_STEPS: readonly StopStep[] = [
  { signal: 'SIGTERM', graceMs: 27_000 },
  { signal: 'SIGKILL', graceMs: 2_000 },
]
const LEVELS: Readonly<Record<number, string>> = { 40: 'warning', 50: 'error', 60: 'fatal' }

export function spawnService({ name, checkout = PROJECT_ROOT, ...options }: ServiceOptions): RunningProcess {
  const main = path.join(checkout, 'services', name, 'main.ts')
  return spawnNode({ ...options, main, cwd: checkout, stopSteps: STOP_STEPS })
}

/** Whether the service's readiness endpoint returns 200. */
export function isServiceReady(url: string): Promise<boolean> {
  return probe(`${url}/readyz`, 2_000).then(
    (status) => status === 200,
    () => false,
  )
}

/** Formats a pino log line of level warning or above as "warning: message: error". Returns `undefined` for other lines. */
export function formatProblem(line: string): string | undefined {
  if (!/"level":[456]0\b/.test(line)) return undefined
  try {
    const { level, msg, err } = JSON.parse(line) as { level: number; msg?: string; err?: { message?: string } }
    const word = LEVELS[level]
    return word && [word, msg, err?.message].filter(Boolean).join(': ')
  } catch {
    return undefined // not a log line
  }
}
