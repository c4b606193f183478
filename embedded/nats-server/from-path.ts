import { access, constants } from 'node:fs/promises'
import path from 'node:path'
import { checkProgram, PROGRAM } from './program.ts'
import type { NatsServerSource } from './source.ts'

/** The first nats-server on PATH that is new enough. */
export const fromPath: NatsServerSource = {
  name: 'PATH',
  fetches: false,
  async find({ env, print, signal }) {
    const errors: string[] = []
    for (const folder of (env.PATH ?? '').split(path.delimiter).filter(Boolean)) {
      const bin = path.resolve(folder, PROGRAM)
      if (!(await isExecutable(bin))) continue
      try {
        return await checkProgram(bin, signal)
      } catch (error) {
        signal?.throwIfAborted()
        errors.push((error as Error).message)
        print(`nats-server: skipping the one on PATH: ${(error as Error).message}`)
      }
    }
    throw new Error(errors.join('; ') || 'no nats-server')
  },
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}
