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
import { checkReadSide } from './check-read-side.ts'
import type { Fault } from './faults/fault.ts'
import { startNatsCluster } from './nats-cluster.ts'
import type { Observations } from './observer.ts'
import { observe, untilStreamEmpty } from './observer.ts'
import type { Outcome } from './report.ts'
import type { Stack } from './stack.ts'
import { nameRun, startStack } from './stack.ts'

export interface RunOptions {
  readonly servers: Servers
  readonly fault: Fault
  /** Every random choice depends on it and the name of the fault. */
  readonly seed: number
  readonly leadsPerSecond: number
  /** How long leads are sent, unless the fault takes longer. */
  readonly seconds: number
  /** How long leads are sent before the fault, and at least after it. */
  readonly calmSeconds: number
  readonly logDir: string
  readonly signal: AbortSignal
}

/** How long clients retry after the last lead was sent. */
const FINISH_WITHIN_MS = 30_000
const SETTLED_WITHIN_MS = 90_000
const SETTLED_AFTER_FAILURE_MS = 5_000
/** How many leads are read over REST. */
const SAMPLE = 200

/** Runs the whole product under load, injects one fault, waits until every lead is settled, and checks the result. */
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
    // when earlier leads have not recovered, there is no point in waiting as long for later ones
    const settleMs = recoverySeconds === undefined ? SETTLED_AFTER_FAILURE_MS : SETTLED_WITHIN_MS
    await untilSettled(stack, await storedIds(stack), settleMs, options.signal)
    const leftInStream = await untilStreamEmpty(stack, options.signal)
    const observations = await observer.stop()
    const verdict = await checkStack(stack, ledger, createRandom(`${seed}/${fault.name}/sample`))
    verdict.wrong.push(...(await stack.stopServices()), ...brokenBounds(fault, ledger, observations, recoverySeconds))
    if (leftInStream > 0)
      verdict.wrong.push(`${leftInStream} messages stay in the stream although every lead is settled`)
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
    stop.abort(new Error('the run has ended'))
    await stack?.remove()
    await cluster?.stop()
  }
}

/** Checks the limits of the fault. */
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
    ...(recoverySeconds > recoversWithinSeconds ? [`recovery took more than ${recoversWithinSeconds} s`] : []),
    ...(maxRedelivered === undefined ? [] : tooManyRedelivered(maxRedelivered, redelivered, consumers)),
  ]
}

function tooManyRedelivered(max: number, redelivered: number, consumers: number): string[] {
  if (consumers !== 1) return [`redeliveries cannot be counted over ${consumers} consumers`]
  return redelivered > max ? [`${redelivered} messages were redelivered, more than ${max}`] : []
}

/** Compares the ledger with everything that is stored, and a sample of that with REST responses. */
async function checkStack(stack: Stack, ledger: Ledger, random: Random): Promise<Verdict> {
  const stored = await readStoredLeads(stack)
  const verdict = checkLedger(ledger, stored, await readStrays(stack))
  verdict.wrong.push(...(await checkReadSide(stack, random.shuffled(stored).slice(0, SAMPLE))))
  return verdict
}

/** Resolves to the recovery time in seconds, once every call has ended. */
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
    const timer = setTimeout(() => timeLimit.abort(), FINISH_WITHIN_MS)
    await load.finish()
    clearTimeout(timer)
    return await recovery.seconds
  } finally {
    timeLimit.abort()
    await load.finish()
    client.close()
  }
}

/** Resolves when the fault is over. Its `seconds` resolve to the recovery time, possibly later. */
async function injectAndMeasure(fault: Fault, stack: Stack, ledger: Ledger, random: Random, signal: AbortSignal) {
  let outdated = new AbortController()
  let seconds: Promise<number | undefined> | undefined
  const measure = () => {
    outdated.abort()
    outdated = new AbortController()
    seconds = measureRecovery(stack, ledger, AbortSignal.any([signal, outdated.signal]))
    seconds.catch(() => undefined) // outdated measurements are ignored
  }
  await fault.inject(stack, random, signal, measure)
  if (seconds === undefined) measure()
  return { seconds }
}

async function measureRecovery(stack: Stack, ledger: Ledger, signal: AbortSignal): Promise<number | undefined> {
  const since = performance.now()
  const open = await untilSettled(stack, ledger.acknowledgedIds(), SETTLED_WITHIN_MS, signal)
  return open.length === 0 ? (performance.now() - since) / 1_000 : undefined
}
