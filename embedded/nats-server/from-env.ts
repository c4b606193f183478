import { StartError } from '../start-error.ts'
import { checkProgram } from './program.ts'
import type { NatsServerSource } from './source.ts'

/** The program of NATS_SERVER_BIN. If it cannot be used, the search fails instead of choosing another. */
export const fromEnv: NatsServerSource = {
  name: 'NATS_SERVER_BIN',
  fetches: false,
  async find({ env, signal }) {
    const bin = env.NATS_SERVER_BIN
    if (!bin) throw new Error('not set')
    return await checkProgram(bin, signal).catch((cause: Error) => {
      throw new StartError(`NATS_SERVER_BIN=${bin} cannot be used: ${cause.message}`, { cause })
    })
  },
}
