import { createRandom } from '../../testkit/random.ts'
import type { Attacker, Fault, Making } from './attack.ts'
import { Oracle } from './attack.ts'
import { makeKey, makeToken } from './canary.ts'
import type { Ledger } from './ledger.ts'
import type { Target } from './target.ts'
import type { Usage } from './watch/inspector.ts'
import { measureUsage } from './watch/inspector.ts'

/** One case of the run, by its number within its protocol. */
export interface CaseId {
  readonly attacker: Attacker
  readonly number: number
}

/** What was wrong with a case, with all that is needed to have it again. */
export interface FailedCase {
  readonly caseName: string
  readonly protocol: string
  readonly what: string
  readonly applied: readonly string[]
  readonly request: string
  readonly fault: Fault
}

export interface Campaign {
  readonly target: Target
  readonly ledger: Ledger
  readonly seed: number
  readonly cases: readonly CaseId[]
  /** How many run at the same time. */
  readonly lanes: number
  readonly signal: AbortSignal
  /** Hears of every sample, of which there are about thirty. */
  readonly onProgress: (done: number) => void
}

export interface CampaignOutcome {
  readonly failures: readonly FailedCase[]
  readonly memory: Readonly<Record<keyof Target['services'], readonly Usage[]>>
  /** The cases that were running when a process ended by itself. */
  readonly interrupted: readonly string[]
}

const SERVICES = ['intake', 'triage', 'insights'] as const
/** How often the memory is measured; each time costs three processes a full collection. */
const SAMPLES = { most: 36, least: 12, perCases: 500 }
/** The first share of the cases fills caches and pools. */
const WARM_UP = 0.25

/** `cases` cases, each protocol by its share, in an order that the seed gives. */
export function planCases(attackers: readonly Attacker[], seed: number, cases: number): CaseId[] {
  const shares = attackers.reduce((sum, { share }) => sum + share, 0)
  const planned = attackers.flatMap((attacker) =>
    Array.from({ length: Math.ceil((cases * attacker.share) / shares) }, (_, number) => ({ attacker, number })),
  )
  return createRandom(`${seed}/order`).shuffled(planned)
}

/** Runs all cases, several at a time. */
export async function runCampaign(campaign: Campaign): Promise<CampaignOutcome> {
  const { target, cases, lanes, signal, onProgress } = campaign
  const failures: FailedCase[] = []
  const memory = { intake: [] as Usage[], triage: [] as Usage[], insights: [] as Usage[] }
  const warmUp = Math.floor(cases.length * WARM_UP)
  const samples = Math.min(SAMPLES.most, Math.max(SAMPLES.least, cases.length / SAMPLES.perCases))
  const sampleEvery = Math.max(1, Math.floor((cases.length - warmUp) / samples))
  const running = new Set<CaseId>()
  let interrupted: readonly string[] = []
  let next = 0

  const lane = async () => {
    for (let at = next++; at < cases.length; at = next++) {
      signal.throwIfAborted()
      const current = cases[at] as CaseId
      running.add(current)
      const faults = await runCase(campaign, current)
      if (target.endedEarly.length > 0) {
        if (interrupted.length === 0)
          interrupted = [...running].map(({ attacker, number }) => `${attacker.protocol}:${number}`)
        return
      }
      running.delete(current)
      failures.push(...faults)
      if (at < warmUp || (at - warmUp) % sampleEvery !== 0) continue
      const usages = await measureAll(target)
      for (const service of SERVICES) if (usages?.[service]) memory[service].push(usages[service])
      onProgress(at)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return { failures, memory, interrupted }
}

/** @returns undefined when a process has ended meanwhile */
async function measureAll(target: Target): Promise<Record<keyof Target['services'], Usage> | undefined> {
  try {
    const [intake, triage, insights] = [target.services.intake, target.services.triage, target.services.insights]
    return {
      intake: await measureUsage(intake.logFile),
      triage: await measureUsage(triage.logFile),
      insights: await measureUsage(insights.logFile),
    }
  } catch (error) {
    if (target.endedEarly.length > 0) return undefined
    throw error
  }
}

async function runCase(campaign: Campaign, { attacker, number }: CaseId): Promise<FailedCase[]> {
  const tryCase = createTries(campaign, attacker, number)
  const first = await tryCase(() => true)
  const failures: FailedCase[] = []
  for (const fault of first.faults) failures.push(await shrink(tryCase, first, fault))
  return failures
}

interface Try {
  readonly making: Making
  readonly what: string
  readonly request: string
  readonly faults: readonly Fault[]
}

type TryCase = (keeps: (index: number) => boolean) => Promise<Try>

function createTries({ target, ledger, seed }: Campaign, { protocol, make }: Attacker, number: number): TryCase {
  const caseName = `${protocol}:${number}`
  let tries = 0
  return async (keeps) => {
    tries += 1
    const random = createRandom(`${seed}/${caseName}`)
    const keys = random.fork(`keys of try ${tries}`)
    const making: Making = {
      caseName,
      random,
      target,
      ledger,
      token: () => makeToken(protocol, number, keys),
      key: () => makeKey(keys),
      keeps,
      applied: [],
    }
    const attack = make(making)
    const faults = await attack.run()
    return { making, what: attack.what, request: attack.request(), faults }
  }
}

/** Leaves out one mutation after the other as long as the fault stays. */
async function shrink(tryCase: TryCase, first: Try, fault: Fault): Promise<FailedCase> {
  const { caseName, applied } = first.making
  const kept = new Set(applied.flatMap((name, index) => (name === '' ? [] : [index])))
  let best = { ...first, fault }
  for (const index of [...kept]) {
    if (kept.size < 2) break
    const smaller = await tryCase((candidate) => candidate !== index && kept.has(candidate))
    const same = smaller.faults.find((other) => other.oracle === fault.oracle && kindOf(other) === kindOf(fault))
    if (same === undefined) continue
    kept.delete(index)
    best = { ...smaller, fault: same }
  }
  return {
    caseName,
    protocol: caseName.split(':')[0] ?? '',
    what: best.what,
    applied: best.making.applied.filter((name) => name !== ''),
    request: best.request,
    fault: best.fault,
  }
}

/** Faults of one kind got the same status, or else the same but for ids, numbers and canaries. */
export function kindOf({ oracle, got }: Fault): string {
  if (oracle === Oracle.Answer) return got.split(' ')[0] ?? ''
  return got
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, ':id')
    .replaceAll(/cnry[0-9a-z]+/gi, ':canary')
    .replaceAll(/\d+/g, '0')
    .slice(0, 60)
}
