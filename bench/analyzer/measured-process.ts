import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NODE_ARGS } from '../../testkit/processes/node-program.ts'
import type { Reading, Reply, Request } from './analyzer-process.ts'

/** The file of the rule analyzer in a checkout. */
export const RULE_ANALYZER = 'services/triage/analyzers/rules/rule-analyzer.ts'

const PROGRAM = fileURLToPath(new URL('analyzer-process.ts', import.meta.url))

/** A process with the rule analyzer of a checkout. */
export interface MeasuredProcess {
  /** The CPU time of the last reading. @throws Error when the analyzer cannot be loaded or fails */
  read(request: Request): Promise<Reading>
  /** Resolves when the process has ended. Safe to call twice, and after a failure. */
  stop(): Promise<void>
}

/** @param signal kills the process */
export function startMeasuredProcess(checkout: string, signal: AbortSignal): MeasuredProcess {
  const modulePath = join(checkout, RULE_ANALYZER)
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const
  const child = fork(PROGRAM, [modulePath], { execArgv: [...NODE_ARGS], stdio: [...stdio], signal })
  const exited = once(child, 'exit')
  const ended = exited.then(() => Promise.reject(new Error(`the process of ${modulePath} has ended`)))
  ended.catch(() => undefined) // reported by `read`
  return {
    read: async (request) => {
      const answered = once(child, 'message') as Promise<[Reply]> // it sends nothing else
      child.send(request)
      const [reply] = await Promise.race([answered, ended])
      if ('error' in reply) throw new Error(`cannot measure ${modulePath}: ${reply.error}`)
      return reply
    },
    stop: async () => {
      if (child.connected) child.disconnect()
      await exited.catch(() => undefined) // killed by `signal`
    },
  }
}
