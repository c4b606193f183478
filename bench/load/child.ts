import { fork } from 'node:child_process'
import { basename } from 'node:path'
import { NODE_ARGS } from '../../testkit/processes/node-program.ts'

/** The reply of a program that failed to do what a command says. */
interface Failed {
  readonly kind: 'failed'
  readonly message: string
}

/** A process of the benchmark that is controlled over IPC: it answers one command after the other. */
export interface Child<Command, Reply> {
  readonly pid: number
  /** @throws Error if the program fails or exits */
  ask(command: Command): Promise<Reply>
  /** Kills the process. Safe to call twice. */
  close(): void
}

/** @param program its path; it must call {@link answerCommands} */
export function startChild<Command extends { readonly kind: string }, Reply>(program: string): Child<Command, Reply> {
  const child = fork(program, { execArgv: [...NODE_ARGS], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const kill = () => void child.kill('SIGKILL')
  const killAtExit = () => kill()
  process.once('exit', killAtExit)
  let asked: PromiseWithResolvers<Reply> | undefined
  child.on('message', (reply: Reply | Failed) => {
    if (isFailed(reply)) asked?.reject(new Error(reply.message))
    else asked?.resolve(reply)
  })
  child.once('exit', () => {
    process.off('exit', killAtExit)
    asked?.reject(new Error('the process exited'))
  })
  const ask = async (command: Command): Promise<Reply> => {
    asked = Promise.withResolvers()
    child.send(command)
    return asked.promise.catch((cause: Error) => {
      throw new Error(`${basename(program)} failed at "${command.kind}": ${cause.message}`, { cause })
    })
  }
  return { pid: child.pid ?? 0, ask, close: kill }
}

function isFailed(reply: unknown): reply is Failed {
  return typeof reply === 'object' && reply !== null && 'kind' in reply && reply.kind === 'failed'
}

/** Called by the program itself. It exits when its parent does. */
export function answerCommands<Command, Reply>(handle: (command: Command) => Promise<Reply>): void {
  const reply = (message: Reply | Failed) => process.send?.(message)
  process.on('message', (command: Command) => {
    handle(command).then(reply, (error: unknown) => reply({ kind: 'failed', message: String(error) }))
  })
  process.on('disconnect', () => process.exit())
}
