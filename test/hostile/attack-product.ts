import { mkdir } from 'node:fs/promises'
import type { Servers } from '../../testkit/processes/servers.ts'
import type { Attacker } from './attack.ts'
import type { CaseId } from './campaign.ts'
import { planCases, runCampaign } from './campaign.ts'
import { checkTarget } from './check-target.ts'
import { createLedger } from './ledger.ts'
import type { Verdict } from './report.ts'
import { checkCases } from './report.ts'
import { startTarget } from './target.ts'
import { describeMemory } from './watch/memory.ts'

export interface AttackOptions {
  readonly servers: Servers
  readonly attackers: readonly Attacker[]
  readonly seed: number
  /** How many cases, or which. */
  readonly cases: number | readonly CaseId[]
  readonly logDir: string
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/** How many cases run at the same time. */
const LANES = 16

/** Starts the product, attacks it, stops it, and tells what holds and what does not. */
export async function attackProduct(options: AttackOptions): Promise<Verdict[]> {
  const { servers, attackers, seed, logDir, signal, say } = options
  const cases = typeof options.cases === 'number' ? planCases(attackers, seed, options.cases) : options.cases
  const ledger = createLedger()
  await mkdir(logDir, { recursive: true })
  const target = await startTarget(servers, `hostile${seed}`, logDir, ledger)
  say(
    `seed ${seed}, ${cases.length} cases, PostgreSQL ${servers.postgres.version}, nats-server ${servers.nats.version}`,
  )
  const started = performance.now()
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(0)} s`
  const onProgress = (done: number) => say(`${done} cases after ${seconds()}`)
  const outcome = await runCampaign({ target, ledger, seed, cases, lanes: LANES, signal, onProgress })
  say(`${cases.length} cases in ${seconds()}, ${ledger.acknowledgedCount} leads stored`)
  for (const [name, samples] of Object.entries(outcome.memory)) say(`${name}: ${describeMemory(samples)}`)
  return [...checkCases(attackers, outcome.failures, seed), ...(await checkTarget(target, ledger, outcome))]
}
