import { fileURLToPath } from 'node:url'
import { startChild } from './child.ts'
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
  const { pid, ask, close } = startChild<LoadCommand, LoadReply>(PROGRAM)
  try {
    await ask({ kind: 'open', job })
  } catch (error) {
    close()
    throw error
  }
  const askForResult = async (command: LoadCommand): Promise<LoadResult> => {
    const reply = await ask(command)
    if (reply.kind !== 'ended') throw new Error(`the load generator replied "${reply.kind}" to "${command.kind}"`)
    return reply.result
  }
  return {
    pid,
    begin: async () => void (await ask({ kind: 'begin' })),
    run: (operations) => askForResult({ kind: 'run', operations }),
    end: () => askForResult({ kind: 'end' }),
    close,
  }
}
