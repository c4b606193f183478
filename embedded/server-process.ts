import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { type RunningProcess, trackChild } from './child-process.ts'
import { describeExit, type ProcessExit } from './embedded-server.ts'
import type { StopStep } from './processes.ts'
import { StartError } from './start-error.ts'
import { waitUntil } from './wait-until.ts'

export interface ServerProcessOptions<T> {
  /** For messages: "PostgreSQL", "nats-server". */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly spawn?: SpawnOptions
  /** The output is appended to it. Not a pipe, because the server may outlive this process. */
  readonly logFile: string
  /** Returns `undefined` until the server accepts clients, and then what the caller needs. */
  readonly ready: (pid: number) => Promise<T | undefined>
  readonly readyTimeoutMs: number
  readonly stopSteps: readonly StopStep[]
  readonly atExit: NodeJS.Signals
}

/**
 * Starts a server and waits until it is ready.
 * Throws a `StartError` with the end of its log if it exits before that, or takes longer than `readyTimeoutMs`.
 */
export async function startServerProcess<T>(options: ServerProcessOptions<T>): Promise<RunningProcess & { ready: T }> {
  const server = await spawnLogged(options)
  let exit: ProcessExit | undefined
  void server.exited.then((result) => {
    exit = result
  })

  const probe = async () => {
    if (exit) return { exit }
    const value = await options.ready(server.pid)
    return value === undefined ? undefined : { value }
  }
  const outcome = await waitUntil(probe, { timeoutMs: options.readyTimeoutMs }).catch(async (error: unknown) => {
    await server.stop()
    throw error
  })
  if (outcome !== undefined && 'value' in outcome) return { ...server, ready: outcome.value }

  await server.stop()
  const reason = outcome ? `exited (${describeExit(outcome.exit)}) before it was ready` : 'was not ready in time'
  throw new StartError(`${options.name} ${reason}. The end of its log:\n${await server.lastLines()}`)
}

/**
 * Returns the end of a log file, indented.
 * @param from the offset of the first line; ignored if the file has been truncated since
 */
async function lastLines(file: string, from = 0, count = 12): Promise<string> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0))
  const text = bytes.subarray(bytes.length < from ? 0 : from).toString('utf8')
  const lines = text.trimEnd().split('\n').slice(-count)
  return lines.map((line) => `  ${line}`).join('\n')
}

async function spawnLogged(
  options: ServerProcessOptions<unknown>,
): Promise<RunningProcess & { lastLines: () => Promise<string> }> {
  const log = await open(options.logFile, 'a', 0o600)
  try {
    const { size } = await log.stat()
    const ownLines = () => lastLines(options.logFile, size)
    const child = spawn(options.command, options.args, {
      ...options.spawn,
      // own process group: Ctrl-C in the terminal reaches only the parent, which then stops everything in order
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    })
    if (child.pid === undefined) throw await spawnError(options.name, child)
    return { ...trackChild(child, { ...options, lastLines: ownLines }), lastLines: ownLines }
  } finally {
    await log.close()
  }
}

function spawnError(name: string, child: ChildProcess): Promise<StartError> {
  return new Promise((resolve) => {
    child.once('error', (cause) => resolve(new StartError(`${name} cannot be started: ${cause.message}`, { cause })))
  })
}
