import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '../../testkit/load/client.ts'
import { startLoad } from '../../testkit/load/lead-load.ts'
import type { Ledger } from '../../testkit/load/ledger.ts'
import { createLedger } from '../../testkit/load/ledger.ts'
import { storedIds, untilSettled } from '../../testkit/load/settled.ts'
import { readStoredLeads, readStrays } from '../../testkit/load/stored-leads.ts'
import type { Verdict } from '../../testkit/load/verdict.ts'
import { checkLedger } from '../../testkit/load/verdict.ts'
import type { Random } from '../../testkit/random.ts'
import { createRandom } from '../../testkit/random.ts'
import type { Servers } from '../../testkit/servers/servers.ts'
import { faultsOfReadSide } from './check-read-side.ts'
import type { Fault } from './faults/fault.ts'
import { startNatsCluster } from './nats-cluster.ts'
import type { Observations } from './observer.ts'
import { observe, untilStreamEmpty } from './observer.ts'
import type { Outcome } from './report.ts'
import { nameRun } from './run-name.ts'
import type { Stack } from './stack.ts'
import { startStack } from './stack.ts'

export interface RunOptions {
  readonly servers: Servers
  readonly fault: Fault
  /** Every random choice of the run follows from it and the fault's name. */
  readonly seed: number
  readonly leadsPerSecond: number
  /** How long leads come in; longer when the fault takes longer. */
  readonly seconds: number
  /** How long leads come in before the fault, and after it, at least. */
  readonly calmSeconds: number
  readonly logDir: string
  readonly signal: AbortSignal
}

/** How long clients go on trying once no new leads come. */
const ANSWERED_WITHIN_MS = 30_000
const SETTLED_WITHIN_MS = 90_000
const HOPELESS_MS = 5_000
/** How many leads are asked for at the protocols. */
const SAMPLE = 200

/** Runs the whole product under load, breaks one thing, waits until all is settled, and judges. */
export async function runFault(options: RunOptions): Promise<Outcome> {
  const { servers, fault, seed, logDir } = options
  const startedAt = performance.now()
  const name = nameRun(fault.name, seed)
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const cluster =
    fault.cluster && (await startNatsCluster(servers.natsProgram, join(servers.scratchDir, name.namespace)))
  let stack: Stack | undefined
  try {
    stack = await startStack({ servers, name, cluster, proxied: fault.proxied ?? false, logDir, signal })
    const ledger = createLedger()
    const observer = observe(stack)
    const recoverySeconds = await breakUnderLoad(options, stack, ledger)
    // when the leads of before have not recovered, those of after need not be waited for as long
    const settleMs = recoverySeconds === undefined ? HOPELESS_MS : SETTLED_WITHIN_MS
    await untilSettled(stack, await storedIds(stack), settleMs, options.signal)
    const leftInStream = await untilStreamEmpty(stack, options.signal)
    const observations = await observer.stop()
    const verdict = await checkStack(stack, ledger, createRandom(`${seed}/${fault.name}/sample`))
    verdict.wrong.push(...(await stack.stopServices()), ...brokenBounds(fault, ledger, observations, recoverySeconds))
    if (leftInStream > 0) verdict.wrong.push(`${leftInStream} messages stay in the stream though all is settled`)
    return {
      fault: fault.name,
      seed,
      sent: [...ledger.entries()].length,
      acknowledged: ledger.acknowledgedIds().length,
      errors: ledger.failures(),
      failedTwice: ledger.failedTwice(),
      ...observations,
      verdict,
      recoverySeconds,
      tookSeconds: (performance.now() - startedAt) / 1_000,
    }
  } finally {
    stop.abort(new Error('the run is over'))
    await stack?.remove()
    await cluster?.stop()
  }
}

/** What a fault asks for beyond the verdict. */
function brokenBounds(
  fault: Fault,
  ledger: Ledger,
  { redelivered, consumers }: Observations,
  recoverySeconds = 0,
): string[] {
  const { oneRetryIsEnough, recoversWithinSeconds = Number.POSITIVE_INFINITY, maxRedelivered } = fault
  const failedTwice = oneRetryIsEnough ? ledger.failedTwice() : 0
  return [
    ...(failedTwice > 0 ? [`${failedTwice} calls failed twice in a row`] : []),
    ...(recoverySeconds > recoversWithinSeconds ? [`recovered later than in ${recoversWithinSeconds} s`] : []),
    ...(maxRedelivered === undefined ? [] : tooManyRedelivered(maxRedelivered, redelivered, consumers)),
  ]
}

function tooManyRedelivered(max: number, redelivered: number, consumers: number): string[] {
  if (consumers !== 1) return [`there were ${consumers} consumers, so that redeliveries cannot be counted`]
  return redelivered > max ? [`${redelivered} messages were delivered again, and ${max} may be`] : []
}

/** Compares the ledger with all that is stored, and with what the protocols say of some of it. */
async function checkStack(stack: Stack, ledger: Ledger, random: Random): Promise<Verdict> {
  const stored = await readStoredLeads(stack)
  const verdict = checkLedger(ledger, stored, await readStrays(stack))
  verdict.wrong.push(...(await faultsOfReadSide(stack, random.shuffled(stored).slice(0, SAMPLE))))
  return verdict
}

/** Resolves when every call has ended, to the seconds that recovery took. */
async function breakUnderLoad(options: RunOptions, stack: Stack, ledger: Ledger): Promise<number | undefined> {
  const { fault, seed, leadsPerSecond, signal } = options
  const calmMs = options.calmSeconds * 1_000
  const random = createRandom(`${seed}/${fault.name}`)
  const timeLimit = new AbortController()
  const client = createClient({
    addresses: stack.addresses,
    ledger,
    random: random.fork('client'),
    signal: AbortSignal.any([signal, timeLimit.signal]),
  })
  const loadStartedAt = performance.now()
  const load = startLoad({ client, addresses: stack.addresses, random: random.fork('load'), leadsPerSecond })
  try {
    await sleep(calmMs, undefined, { signal })
    const recovery = await injectAndMeasure(fault, stack, ledger, random.fork('fault'), signal)
    const loadLeftMs = options.seconds * 1_000 - (performance.now() - loadStartedAt)
    await sleep(Math.max(loadLeftMs, calmMs), undefined, { signal })
    const timer = setTimeout(() => timeLimit.abort(), ANSWERED_WITHIN_MS)
    await load.finish()
    clearTimeout(timer)
    return await recovery.seconds
  } finally {
    timeLimit.abort()
    await load.finish()
    client.close()
  }
}

/** Resolves when the fault is over, to the seconds that recovery takes, which may be known later. */
async function injectAndMeasure(fault: Fault, stack: Stack, ledger: Ledger, random: Random, signal: AbortSignal) {
  let outdated = new AbortController()
  let seconds: Promise<number | undefined> | undefined
  const measure = () => {
    outdated.abort()
    outdated = new AbortController()
    seconds = measureRecovery(stack, ledger, AbortSignal.any([signal, outdated.signal]))
    seconds.catch(() => undefined) // of the last one only the outcome is asked for
  }
  await fault.inject(stack, random, signal, measure)
  if (seconds === undefined) measure()
  return { seconds }
}

async function measureRecovery(stack: Stack, ledger: Ledger, signal: AbortSignal): Promise<number | undefined> {
  const brokenUntil = performance.now()
  const open = await untilSettled(stack, ledger.acknowledgedIds(), SETTLED_WITHIN_MS, signal)
  return open.length === 0 ? (performance.now() - brokenUntil) / 1_000 : undefined
}
