import type { Context, Counts } from '../../testkit/run-main.ts'
import { runMain } from '../../testkit/run-main.ts'
import { startServers } from '../../testkit/servers/servers.ts'
import type { CaseId } from './campaign.ts'
import { fuzzProduct } from './fuzz-product.ts'
import { FUZZERS } from './fuzzers/fuzzers.ts'
import type { Options } from './options.ts'
import { parseOptions, USAGE } from './options.ts'
import { describeFailures } from './report.ts'

/*
 * Fuzzes the running product: sends generated requests over every protocol, valid, malformed and malicious, and checks
 * each response, the database, the logs, the metrics and the memory. See USAGE for the options.
 */

async function main({ seed, cases, protocols, only, logDir }: Options, { print, signal }: Context): Promise<Counts> {
  const fuzzers = FUZZERS.filter(({ protocol }) => protocols?.includes(protocol) ?? true)
  const servers = await startServers(print)
  try {
    const options = { servers, fuzzers, seed, logDir: logDir ?? servers.scratchDir, signal, print }
    const results = await fuzzProduct({ ...options, cases: only?.map(findCase) ?? cases })
    for (const line of describeFailures(results)) print(line)
    const failed = results.filter(({ violations }) => violations.length > 0).length
    return { passed: results.length - failed, failed }
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

await runMain({ usage: USAGE, parseOptions, main })
