import { createRandom } from '../../testkit/random.ts'
import { makeKey, makeToken } from './canary.ts'
import type { CaseContext, Fuzzer, Violation } from './fuzzer.ts'
import { Oracle } from './fuzzer.ts'
import type { Ledger } from './ledger.ts'
import type { Target } from './target.ts'
import type { Usage } from './watch/inspector.ts'
import { measureUsage } from './watch/inspector.ts'

/** One case of a campaign, by its number within its protocol. */
export interface CaseId {
  readonly fuzzer: Fuzzer
  readonly number: number
}

/** A violation, and what is needed to reproduce it. */
export interface FailedCase {
  readonly caseName: string
  readonly protocol: string
  readonly summary: string
  readonly applied: readonly string[]
  readonly request: string
  readonly violation: Violation
}

export interface Campaign {
  readonly target: Target
  readonly ledger: Ledger
  readonly seed: number
  readonly cases: readonly CaseId[]
  /** How many cases run at the same time. */
  readonly concurrency: number
  readonly signal: AbortSignal
  /** Called after each memory sample, about thirty times. */
  readonly onProgress: (done: number) => void
}

export interface CampaignOutcome {
  readonly failures: readonly FailedCase[]
  readonly memory: Readonly<Record<string, readonly Usage[]>>
  /** The cases that were running when a process exited unexpectedly. */
  readonly interrupted: readonly string[]
}

/** How often memory is measured. Each sample costs every process a full garbage collection. */
const SAMPLES = { max: 36, min: 12, perCases: 500 }
/** Share of the cases that run before the first memory sample, to fill caches and pools. */
const WARM_UP = 0.25

/** Plans about `cases` cases, divided among the protocols by weight, in an order that depends on the seed. */
export function planCases(fuzzers: readonly Fuzzer[], seed: number, cases: number): CaseId[] {
  const weights = fuzzers.reduce((sum, { weight }) => sum + weight, 0)
  const planned = fuzzers.flatMap((fuzzer) =>
    Array.from({ length: Math.ceil((cases * fuzzer.weight) / weights) }, (_, number) => ({ fuzzer, number })),
  )
  return createRandom(`${seed}/order`).shuffled(planned)
}

/** Runs all cases, several at a time. */
export async function runCampaign(campaign: Campaign): Promise<CampaignOutcome> {
  const { target, cases, concurrency, signal, onProgress } = campaign
  const failures: FailedCase[] = []
  const names = Object.keys(target.processes)
  const memory = Object.fromEntries(names.map((name) => [name, [] as Usage[]]))
  const warmUp = Math.floor(cases.length * WARM_UP)
  const samples = Math.min(SAMPLES.max, Math.max(SAMPLES.min, cases.length / SAMPLES.perCases))
  const sampleEvery = Math.max(1, Math.floor((cases.length - warmUp) / samples))
  const running = new Set<CaseId>()
  let interrupted: readonly string[] = []
  let next = 0

  const worker = async () => {
    for (let at = next++; at < cases.length; at = next++) {
      signal.throwIfAborted()
      const current = cases[at] as CaseId
      running.add(current)
      const failed = await runCase(campaign, current)
      if (target.unexpectedExits.length > 0) {
        if (interrupted.length === 0)
          interrupted = [...running].map(({ fuzzer, number }) => `${fuzzer.protocol}:${number}`)
        return
      }
      running.delete(current)
      failures.push(...failed)
      if (at < warmUp || (at - warmUp) % sampleEvery !== 0) continue
      const usages = await measureAll(target)
      for (const [name, usage] of usages ?? []) memory[name]?.push(usage)
      onProgress(at)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return { failures, memory, interrupted }
}

/** @returns undefined if a process exited in the meantime */
async function measureAll(target: Target): Promise<[string, Usage][] | undefined> {
  try {
    const usages: [string, Usage][] = []
    for (const [name, { logFile }] of Object.entries(target.processes)) usages.push([name, await measureUsage(logFile)])
    return usages
  } catch (error) {
    if (target.unexpectedExits.length > 0) return undefined
    throw error
  }
}

async function runCase(campaign: Campaign, { fuzzer, number }: CaseId): Promise<FailedCase[]> {
  const runAttempt = createAttempts(campaign, fuzzer, number)
  const first = await runAttempt(() => true)
  const failures: FailedCase[] = []
  for (const violation of first.violations) failures.push(await shrink(runAttempt, first, violation))
  return failures
}

interface Attempt {
  readonly context: CaseContext
  readonly summary: string
  readonly request: string
  readonly violations: readonly Violation[]
}

type RunAttempt = (isEnabled: (index: number) => boolean) => Promise<Attempt>

function createAttempts({ target, ledger, seed }: Campaign, fuzzer: Fuzzer, number: number): RunAttempt {
  const { protocol } = fuzzer
  const caseName = `${protocol}:${number}`
  let attempts = 0
  return async (isEnabled) => {
    attempts += 1
    const random = createRandom(`${seed}/${caseName}`)
    const keys = random.fork(`keys of attempt ${attempts}`)
    const context: CaseContext = {
      caseName,
      random,
      target,
      ledger,
      token: () => makeToken(protocol, number, keys),
      key: () => makeKey(keys),
      isEnabled,
      applied: [],
    }
    const testCase = fuzzer.generate(context)
    const violations = await testCase.run()
    return { context, summary: testCase.summary, request: testCase.request(), violations }
  }
}

/** Disables one mutation after another and keeps it disabled if the violation stays. */
async function shrink(runAttempt: RunAttempt, first: Attempt, violation: Violation): Promise<FailedCase> {
  const { caseName, applied } = first.context
  const enabled = new Set(applied.flatMap((name, index) => (name === '' ? [] : [index])))
  const signature = signatureOf(violation)
  let smallest = { ...first, violation }
  for (const index of [...enabled]) {
    if (enabled.size < 2) break
    const smaller = await runAttempt((candidate) => candidate !== index && enabled.has(candidate))
    const same = smaller.violations.find(
      (other) => other.oracle === violation.oracle && signatureOf(other) === signature,
    )
    if (same === undefined) continue
    enabled.delete(index)
    smallest = { ...smaller, violation: same }
  }
  return {
    caseName,
    protocol: caseName.split(':')[0] ?? '',
    summary: smallest.summary,
    applied: smallest.context.applied.filter((name) => name !== ''),
    request: smallest.request,
    violation: smallest.violation,
  }
}

/** Groups violations: the same status, or else the same text except for ids, numbers and canaries. */
export function signatureOf({ oracle, got }: Violation): string {
  if (oracle === Oracle.Status) return got.split(' ')[0] ?? ''
  return got
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, ':id')
    .replaceAll(/cnry[0-9a-z]+/gi, ':canary')
    .replaceAll(/\d+/g, '0')
    .slice(0, 60)
}
