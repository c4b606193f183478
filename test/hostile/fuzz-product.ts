import { mkdir } from 'node:fs/promises'
import type { Servers } from '../../testkit/servers/servers.ts'
import { describeServers } from '../../testkit/servers/servers.ts'
import type { CaseId } from './campaign.ts'
import { planCases, runCampaign } from './campaign.ts'
import { checkTarget } from './check-target.ts'
import type { Fuzzer } from './fuzzer.ts'
import { createLedger } from './ledger.ts'
import type { CheckResult } from './report.ts'
import { checkCases } from './report.ts'
import { startTarget } from './target.ts'
import { describeMemory } from './watch/memory.ts'

export interface FuzzOptions {
  readonly servers: Servers
  readonly fuzzers: readonly Fuzzer[]
  readonly seed: number
  /** The number of cases, or the cases themselves. */
  readonly cases: number | readonly CaseId[]
  readonly logDir: string
  readonly signal: AbortSignal
  readonly print: (line: string) => void
}

/** How many cases run at the same time. */
const CONCURRENCY = 16

/** Starts the product, runs a fuzzing campaign against it, stops it, and returns the result of every check. */
export async function fuzzProduct(options: FuzzOptions): Promise<CheckResult[]> {
  const { servers, fuzzers, seed, logDir, signal, print } = options
  const cases = typeof options.cases === 'number' ? planCases(fuzzers, seed, options.cases) : options.cases
  const ledger = createLedger()
  await mkdir(logDir, { recursive: true })
  const target = await startTarget(servers, `hostile${seed}`, logDir, ledger)
  print(`seed ${seed}, ${cases.length} cases, ${describeServers(servers)}`)
  const started = performance.now()
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(0)} s`
  const onProgress = (done: number) => print(`${done} cases after ${seconds()}`)
  const outcome = await runCampaign({ target, ledger, seed, cases, concurrency: CONCURRENCY, signal, onProgress })
  print(`${cases.length} cases in ${seconds()}, ${ledger.acknowledgedCount} leads stored`)
  for (const [name, samples] of Object.entries(outcome.memory)) print(`${name}: ${describeMemory(samples)}`)
  return [...checkCases(fuzzers, outcome.failures, seed), ...(await checkTarget(target, ledger, outcome))]
}
