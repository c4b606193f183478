import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { type RunningProcess, trackChild } from './child-process.ts'
import type { StopStep } from './processes.ts'
import { PROJECT_ROOT } from './settings.ts'

export interface NodeProcessOptions {
  /** The path of the program. */
  readonly main: string
  /** The working directory. Default: the root of this checkout. */
  readonly cwd?: string | undefined
  readonly args?: readonly string[]
  /** Options of Node itself. */
  readonly nodeArgs?: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** The output is appended to it. Default: only the last lines are kept, in memory. */
  readonly logFile?: string
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void
  readonly stopSteps: readonly StopStep[]
}

const KEPT_LINES = 12
/** Stops the child if this process is killed. */
const STOP_WITH_PARENT = new URL('stop-with-parent.ts', import.meta.url).href

/**
 * Starts a Node program of this repository as a child process. `exited` resolves once its whole output is in the log file
 * and has been passed to `onLine`.
 */
export function spawnNode(options: NodeProcessOptions): RunningProcess {
  const { main, cwd = PROJECT_ROOT, args = [], nodeArgs = [], env, logFile, onLine, stopSteps } = options
  const child = spawn(process.execPath, [...nodeArgs, `--import=${STOP_WITH_PARENT}`, main, ...args], {
    cwd,
    env,
    detached: true, // Ctrl-C in the terminal reaches only the parent, which then stops everything in order
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const log = logFile === undefined ? undefined : createWriteStream(logFile, { flags: 'a', mode: 0o600 })
  const kept: string[] = []
  for (const name of ['stdout', 'stderr'] as const) {
    const output = child[name]
    if (!output) throw new Error(`the child process has no ${name}`) // stdio is piped above
    createInterface(output).on('line', (line) => {
      // by line, because chunks of the two streams would mix within a line
      if (log?.write(`${line}\n`) === false && !output.isPaused()) {
        output.pause()
        log.once('drain', () => output.resume())
      }
      kept.push(line)
      if (kept.length > KEPT_LINES) kept.shift()
      onLine(line, name)
    })
  }
  const logged = new Promise<void>((resolve) => {
    child.once('close', () => (log ? log.end(resolve) : resolve()))
  })
  return trackChild(child, {
    stopSteps,
    atExit: 'SIGKILL',
    lastLines: async () => {
      await logged // the last lines arrive after the exit
      return kept.map((line) => `  ${line}`).join('\n')
    },
  })
}
