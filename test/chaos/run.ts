import { mkdir } from 'node:fs/promises'
import type { Context, Counts } from '../../testkit/run-main.ts'
import { runMain } from '../../testkit/run-main.ts'
import { describeServers, startServers } from '../../testkit/servers/servers.ts'
import type { Options } from './options.ts'
import { parseOptions, USAGE } from './options.ts'
import { describe, explain, passed } from './report.ts'
import { runFault } from './run-fault.ts'

/*
 * Injects one fault after the other into the running product, and verifies from the ledger of the clients that no lead
 * was lost and none was stored or triaged twice. `npm run test:chaos -- --help` lists the options.
 */

const CALM_SECONDS = 2

async function main(options: Options, { print, signal }: Context): Promise<Counts> {
  const servers = await startServers(print)
  const counts = { passed: 0, failed: 0 }
  try {
    const logDir = options.logDir ?? servers.scratchDir
    await mkdir(logDir, { recursive: true })
    print(`seed ${options.seed}, ${describeServers(servers)}`)
    for (const fault of options.faults) {
      signal.throwIfAborted()
      try {
        const outcome = await runFault({ ...options, calmSeconds: CALM_SECONDS, servers, fault, logDir, signal })
        for (const line of [describe(outcome), ...explain(outcome)]) print(line)
        counts[passed(outcome) ? 'passed' : 'failed'] += 1
      } catch (error) {
        signal.throwIfAborted()
        counts.failed += 1
        print(`FAILED ${fault.name}  seed ${options.seed}  ${error instanceof Error ? error.stack : error}`)
      }
    }
  } finally {
    await servers.stop()
  }
  return counts
}

await runMain({ usage: USAGE, parseOptions, main })
