import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { NODE_ARGS } from '../../testkit/processes/node-program.ts'
import type { LoadCommand, LoadJob, LoadReply, LoadResult } from './job.ts'

/** A load generator process. */
export interface Load {
  readonly pid: number
  /** Sends until `end`. May be called again after `end`. */
  begin(): Promise<void>
  /** Sends a number of operations in a closed loop. */
  run(operations: number): Promise<LoadResult>
  /** Also waits for operations in flight. */
  end(): Promise<LoadResult>
  /** Kills the process. Safe to call twice. */
  close(): void
}

const PROGRAM = fileURLToPath(new URL('generator.ts', import.meta.url))

/** Starts a load generator; resolves when it is connected. */
export async function startGenerator(job: LoadJob): Promise<Load> {
  const child = fork(PROGRAM, { execArgv: [...NODE_ARGS], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const kill = () => void child.kill('SIGKILL')
  const killAtExit = () => kill()
  process.once('exit', killAtExit)
  child.once('exit', () => process.off('exit', killAtExit))
  try {
    await ask(child, { kind: 'open', job })
  } catch (error) {
    kill()
    throw error
  }
  return {
    pid: child.pid ?? 0, // set, because the process has replied
    begin: async () => void (await ask(child, { kind: 'begin' })),
    run: (operations) => askForResult(child, { kind: 'run', operations }),
    end: () => askForResult(child, { kind: 'end' }),
    close: kill,
  }
}

async function askForResult(child: ChildProcess, command: LoadCommand): Promise<LoadResult> {
  const reply = await ask(child, command)
  if (reply.kind !== 'ended') throw new Error(`the load generator replied "${reply.kind}" to "${command.kind}"`)
  return reply.result
}

async function ask(child: ChildProcess, command: LoadCommand): Promise<LoadReply> {
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the load generator exited during "${command.kind}"`)
  })
  ended.catch(() => undefined) // handled by the race below
  const answered = once(child, 'message') as Promise<[LoadReply]>
  child.send(command)
  const [reply] = await Promise.race([answered, ended])
  if (reply.kind === 'failed') throw new Error(`the load generator failed: ${reply.message}`)
  return reply
}
