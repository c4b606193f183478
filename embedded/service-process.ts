import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, type WriteStream } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { type RunningProcess, trackChild } from './child-process.ts'
import type { StopStep } from './processes.ts'
import { PROJECT_ROOT, type ServiceName } from './settings.ts'

export interface ServiceOptions {
  readonly name: ServiceName
  readonly env: NodeJS.ProcessEnv
  /** Takes all the service writes. */
  readonly log: WriteStream
  /** Gets its warnings and errors, shortened for people. */
  readonly onProblem: (line: string) => void
}

/** A service drains on SIGTERM and gives itself 25 s. */
const STOP_STEPS: readonly StopStep[] = [
  { signal: 'SIGTERM', graceMs: 27_000 },
  { signal: 'SIGKILL', graceMs: 2_000 },
]
const KEPT_LINES = 12
/** An eighth of V8's default room for new objects: an idle service takes a third less. */
const LESS_MEMORY = '--max-semi-space-size=2'
const END_WITH_STARTER = new URL('end-with-starter.ts', import.meta.url).href

/** Goes on with what an earlier start has written. */
export function openServiceLog(file: string): WriteStream {
  return createWriteStream(file, { flags: 'a', mode: 0o600 })
}

/** Starts a service as a child of its own, which drains and ends also when we are killed: see end-with-starter.ts. */
export async function startService(options: ServiceOptions): Promise<RunningProcess> {
  const main = path.join(PROJECT_ROOT, 'services', options.name, 'main.ts')
  const child = spawn(process.execPath, [LESS_MEMORY, `--import=${END_WITH_STARTER}`, main], {
    env: options.env,
    cwd: PROJECT_ROOT,
    detached: true, // Ctrl-C in the terminal is for the starter, which ends everything in order
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const kept = followOutput(child, options)
  return trackChild(child, {
    stopSteps: STOP_STEPS,
    atExit: 'SIGKILL',
    lastLines: async () => {
      await closed // the last lines arrive after the exit
      return kept.map((line) => `  ${line}`).join('\n')
    },
  })
}

/** True when the service answers that it can serve. */
export function isServiceReady(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get(`${url}/readyz`, { agent: false, timeout: 2_000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
  })
}

function followOutput(child: ChildProcess, { name, log, onProblem }: ServiceOptions): readonly string[] {
  const kept: string[] = []
  const keep = (line: string) => {
    kept.push(line)
    if (kept.length > KEPT_LINES) kept.shift()
  }
  const follow = (stream: ChildProcess['stdout'], problemIn: (line: string) => string | undefined) => {
    if (!stream) return
    stream.pipe(log, { end: false })
    createInterface({ input: stream }).on('line', (line) => {
      keep(line)
      const text = problemIn(line)
      if (text) onProblem(`[${name}] ${text}`)
    })
  }
  follow(child.stdout, problemIn)
  follow(child.stderr, (line) => line)
  return kept
}

const LEVELS: Readonly<Record<number, string>> = { 40: 'warning', 50: 'error', 60: 'fatal' }

/** "warning: what happened: why", when the line is pino's and its level is warning or worse. */
function problemIn(line: string): string | undefined {
  if (!/"level":[456]0\b/.test(line)) return undefined
  try {
    const { level, msg, err } = JSON.parse(line) as { level: number; msg?: string; err?: { message?: string } }
    const word = LEVELS[level]
    return word && [word, msg, err?.message].filter(Boolean).join(': ')
  } catch {
    return undefined // a note that looks like a level, or half a line
  }
}
