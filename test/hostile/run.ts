import { listenForSignals } from '../../embedded/signals.ts'
import { startServers } from '../../testkit/processes/servers.ts'
import type { CaseId } from './campaign.ts'
import { fuzzProduct } from './fuzz-product.ts'
import { FUZZERS } from './fuzzers/fuzzers.ts'
import type { Options } from './options.ts'
import { parseOptions, USAGE } from './options.ts'
import { describeResults } from './report.ts'

/*
 * Fuzzes the running product: sends generated requests over every protocol, valid, malformed and malicious, and checks
 * each response, the database, the logs, the metrics and the memory. See USAGE for the options.
 */

const print = (line: string) => void process.stdout.write(`${line}\n`)

async function main({ seed, cases, protocols, only, logDir }: Options, signal: AbortSignal): Promise<boolean> {
  const fuzzers = FUZZERS.filter(({ protocol }) => protocols?.includes(protocol) ?? true)
  const servers = await startServers(print)
  try {
    const options = { servers, fuzzers, seed, logDir: logDir ?? servers.scratchDir, signal, print }
    const results = await fuzzProduct({ ...options, cases: only?.map(findCase) ?? cases })
    for (const line of describeResults(results)) print(line)
    return results.every(({ violations }) => violations.length === 0)
  } finally {
    await servers.stop()
  }
}

function findCase(name: string): CaseId {
  const [protocol, number] = name.split(':')
  const fuzzer = FUZZERS.find((candidate) => candidate.protocol === protocol)
  if (fuzzer === undefined || !/^\d+$/.test(number ?? '')) throw new Error(`unknown case ${name}`)
  return { fuzzer, number: Number(number) }
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
const signal = listenForSignals(print)
try {
  process.exitCode = (await main(options, signal)) ? 0 : 1
} catch (error) {
  if (!signal.aborted) process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
  process.exitCode = 1
}
