import { mkdir } from 'node:fs/promises'
import { listenForSignals } from '../../embedded/signals.ts'
import { startServers } from '../../testkit/processes/servers.ts'
import type { Options } from './options.ts'
import { parseOptions, USAGE } from './options.ts'
import { describe, explain, passed } from './report.ts'
import { runFault } from './run-fault.ts'

/*
 * Breaks the running product in every way we know, one at a time, and shows from the clients' own ledger that nothing
 * was lost and nothing doubled. `npm run test:chaos -- --help` names the options.
 */

const CALM_SECONDS = 2

const say = (line: string) => void process.stdout.write(`${line}\n`)

async function main(options: Options, signal: AbortSignal): Promise<boolean> {
  const servers = await startServers(say)
  let good = 0
  let bad = 0
  try {
    const logDir = options.logDir ?? servers.scratchDir
    await mkdir(logDir, { recursive: true })
    say(`seed ${options.seed}, PostgreSQL ${servers.postgres.version}, nats-server ${servers.nats.version}`)
    for (const fault of options.faults) {
      signal.throwIfAborted()
      try {
        const outcome = await runFault({ ...options, calmSeconds: CALM_SECONDS, servers, fault, logDir, signal })
        for (const line of [describe(outcome), ...explain(outcome)]) say(line)
        if (passed(outcome)) good += 1
        else bad += 1
      } catch (error) {
        signal.throwIfAborted()
        bad += 1
        say(`FAILED ${fault.name}  seed ${options.seed}  ${error instanceof Error ? error.stack : error}`)
      }
    }
  } finally {
    await servers.stop()
  }
  say(`${good} passed, ${bad} failed`)
  return bad === 0
}

function optionsOrExit(): Options {
  try {
    return parseOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}`)
    process.exit(2)
  }
}

const options = optionsOrExit()
const signal = listenForSignals(say)
let isGood = false
try {
  isGood = await main(options, signal)
} catch (error) {
  if (!signal.aborted) process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
}
// all that was started has ended; left to itself, Node 24.21 has once turned for ever in the clean-up of its own handles
process.exit(isGood ? 0 : 1)
