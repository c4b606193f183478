import { mkdir } from 'node:fs/promises'
import type { Context, Counts } from '../../testkit/run-main.ts'
import { runMain } from '../../testkit/run-main.ts'
import { describeServers, startServers } from '../../testkit/servers/servers.ts'
import type { Options } from './options.ts'
import { parseOptions, USAGE } from './options.ts'
import { stress } from './stress.ts'

/*
 * Verifies that no lead hangs when the stream of leads is deleted and recreated under load.
 * `npm run test:stress -- --help` lists the options.
 */

async function main(options: Options, { print, signal }: Context): Promise<Counts> {
  process.setMaxListeners(0) // one for each child process, which ends with this one
  const servers = await startServers(print)
  try {
    const logDir = options.logDir ?? servers.scratchDir
    await mkdir(logDir, { recursive: true })
    print(`seed ${options.seed}, ${describeServers(servers)}`)
    const { line, ...counts } = await stress(servers, { ...options, logDir }, print, signal)
    print(line)
    return counts
  } finally {
    await servers.stop()
  }
}

await runMain({ usage: USAGE, parseOptions, main })
