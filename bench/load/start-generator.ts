import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { LoadCommand, LoadJob, LoadReply, LoadResult } from './job.ts'

/** A load that runs in a process of its own. */
export interface Load {
  readonly pid: number
  /** Forgets what was counted so far: the warm-up is over. */
  mark(): Promise<void>
  /** Ends the load and its process. */
  stop(): Promise<LoadResult>
  /** Ends the process at once, whatever it does. Safe after `stop`. */
  kill(): void
}

const PROGRAM = fileURLToPath(new URL('generator.ts', import.meta.url))

/** Starts a load in a fresh process; resolves when it has begun. */
export async function startGenerator(job: LoadJob): Promise<Load> {
  const child = fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const kill = () => void child.kill('SIGKILL')
  const killAtExit = () => kill()
  process.once('exit', killAtExit)
  child.once('exit', () => process.off('exit', killAtExit))
  try {
    await ask(child, { kind: 'start', job })
  } catch (error) {
    kill()
    throw error
  }
  return {
    pid: child.pid ?? 0, // it has answered
    mark: async () => void (await ask(child, { kind: 'mark' })),
    stop: async () => {
      const reply = await ask(child, { kind: 'stop' })
      kill()
      if (reply.kind !== 'stopped') throw new Error(`the load generator answered ${reply.kind}`)
      return reply.result
    },
    kill,
  }
}

async function ask(child: ChildProcess, command: LoadCommand): Promise<LoadReply> {
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the load generator ended during "${command.kind}"`)
  })
  ended.catch(() => undefined) // only the race below needs to know
  const answered = once(child, 'message') as Promise<[LoadReply]>
  child.send(command)
  const [reply] = await Promise.race([answered, ended])
  if (reply.kind === 'failed') throw new Error(`the load generator: ${reply.message}`)
  return reply
}
