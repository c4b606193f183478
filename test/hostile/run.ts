import { listenForSignals } from '../../embedded/signals.ts'
import { startServers } from '../../testkit/processes/servers.ts'
import { attackProduct } from './attack-product.ts'
import { ATTACKERS } from './attacks/attackers.ts'
import type { CaseId } from './campaign.ts'
import type { Options } from './options.ts'
import { parseOptions, USAGE } from './options.ts'
import { describeVerdicts } from './report.ts'

/*
 * Attacks the running product over every protocol with generated requests, valid, broken and hostile, and holds each
 * answer, the database, the logs, the metrics and the memory against what is promised. `npm run test:hostile -- --help`
 * names the options.
 */

const say = (line: string) => void process.stdout.write(`${line}\n`)

async function main({ seed, cases, protocols, only, logDir }: Options, signal: AbortSignal): Promise<boolean> {
  const attackers = ATTACKERS.filter(({ protocol }) => protocols?.includes(protocol) ?? true)
  const servers = await startServers(say)
  try {
    const options = { servers, attackers, seed, logDir: logDir ?? servers.scratchDir, signal, say }
    const verdicts = await attackProduct({ ...options, cases: only?.map(findCase) ?? cases })
    for (const line of describeVerdicts(verdicts)) say(line)
    return verdicts.every(({ faults }) => faults.length === 0)
  } finally {
    await servers.stop()
  }
}

function findCase(name: string): CaseId {
  const [protocol, number] = name.split(':')
  const attacker = ATTACKERS.find((candidate) => candidate.protocol === protocol)
  if (attacker === undefined || !/^\d+$/.test(number ?? '')) throw new Error(`there is no case ${name}`)
  return { attacker, number: Number(number) }
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
