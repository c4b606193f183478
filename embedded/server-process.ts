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
  /** Takes what the process writes, behind what is there. A file and not a pipe: the server may outlive us. */
  readonly logFile: string
  /** Gives what the caller needs to know once the server accepts clients, `undefined` until then. */
  readonly ready: (pid: number) => Promise<T | undefined>
  readonly readyTimeoutMs: number
  readonly stopSteps: readonly StopStep[]
  readonly atExit: NodeJS.Signals
}

/**
 * Starts a server and waits until it is ready.
 * Throws a `StartError` with the last lines of its log when it ends before, or takes longer than `readyTimeoutMs`.
 */
export async function startServerProcess<T>(options: ServerProcessOptions<T>): Promise<RunningProcess & { ready: T }> {
  const server = await spawnLogged(options)
  let ended: ProcessExit | undefined
  void server.exited.then((exit) => {
    ended = exit
  })

  const probe = async () => {
    if (ended) return { ended }
    const value = await options.ready(server.pid)
    return value === undefined ? undefined : { value }
  }
  const outcome = await waitUntil(probe, { timeoutMs: options.readyTimeoutMs }).catch(async (error: unknown) => {
    await server.stop()
    throw error
  })
  if (outcome !== undefined && 'value' in outcome) return { ...server, ready: outcome.value }

  await server.stop()
  const what = outcome ? `ended (${describeExit(outcome.ended)}) before it was ready` : 'did not get ready in time'
  throw new StartError(`${options.name} ${what}. Its last words:\n${await server.lastLines()}`)
}

/**
 * The end of a log file, indented.
 * @param from where the process began to write; a file that is shorter was emptied since
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
      // A group of its own: Ctrl-C in the terminal reaches the starter alone, which then ends everything in order.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    })
    if (child.pid === undefined) throw await spawnFault(options.name, child)
    return { ...trackChild(child, { ...options, lastLines: ownLines }), lastLines: ownLines }
  } finally {
    await log.close()
  }
}

function spawnFault(name: string, child: ChildProcess): Promise<StartError> {
  return new Promise((resolve) => {
    child.once('error', (cause) => resolve(new StartError(`${name} does not start: ${cause.message}`, { cause })))
  })
}
