import { mkdir } from 'node:fs/promises'
import { listenForSignals } from '../../embedded/signals.ts'
import { startServers } from '../../testkit/processes/servers.ts'
import type { Options } from './options.ts'
import { parseOptions, USAGE } from './options.ts'
import { stress } from './stress.ts'

/*
 * Shows that no lead hangs when the stream of leads is deleted and made again under load.
 * `npm run test:stress -- --help` names the options.
 */

const say = (line: string) => void process.stdout.write(`${line}\n`)

async function main(options: Options, signal: AbortSignal): Promise<boolean> {
  process.setMaxListeners(0) // each child ends with this process
  const servers = await startServers(say)
  try {
    const logDir = options.logDir ?? servers.scratchDir
    await mkdir(logDir, { recursive: true })
    say(`seed ${options.seed}, PostgreSQL ${servers.postgres.version}, nats-server ${servers.nats.version}`)
    const { line, passed, failed } = await stress(servers, { ...options, logDir }, say, signal)
    say(line)
    say(`${passed} passed, ${failed} failed`)
    return failed === 0
  } finally {
    await servers.stop()
  }
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
try {
  process.exitCode = (await main(options, signal)) ? 0 : 1
} catch (error) {
  if (!signal.aborted) process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
  process.exitCode = 1
}
