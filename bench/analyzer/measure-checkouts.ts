import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NODE_ARGS } from '../../testkit/processes/node-program.ts'
import type { Costs, Job, Reply } from './analyzer-process.ts'
import { groupByScript, longNotes, withoutWordsOf } from './notes.ts'

/** The file of the rule analyzer in a checkout. */
export const RULE_ANALYZER = 'services/triage/analyzers/rules/rule-analyzer.ts'

/** The median over the rounds. */
export interface CheckoutCosts {
  readonly directory: string
  /** The id of the analyzer. */
  readonly analyzer: string
  /** CPU time per note when its spellings have been read twice before. */
  readonly warmMicroseconds: number
  /** CPU time per note at the first reading. */
  readonly coldMicroseconds: number
  /** CPU time by name of the note. */
  readonly longNotesMs: Readonly<Record<string, number>>
  /** Of `longNotesMs`. */
  readonly slowestMs: number
}

/** Cost of this checkout divided by that of the other in the same round: the median and the range over the rounds. */
export interface Ratio {
  readonly median: number
  readonly lowest: number
  readonly highest: number
}

export interface Measured {
  readonly notes: number
  readonly rounds: number
  readonly checkouts: readonly CheckoutCosts[]
  /** Undefined when only one checkout was measured. */
  readonly ratios: { readonly warm: Ratio; readonly cold: Ratio; readonly slowest: Ratio } | undefined
}

interface Measurement {
  /** One, or two to compare. */
  readonly directories: readonly string[]
  readonly notes: readonly string[]
  /** To warm up with; words of `notes` are replaced. */
  readonly otherNotes: readonly string[]
  readonly rounds: number
  readonly print: (line: string) => void
  readonly signal: AbortSignal
}

/** Measures checkouts in turns: the machine can change its speed between rounds, but hardly within one. */
export async function measureCheckouts(measurement: Measurement): Promise<Measured> {
  const { directories, notes, otherNotes, rounds, print, signal } = measurement
  const long = longNotes(otherNotes)
  const groups = groupByScript(notes).map((group, i) => ({
    warmUp: withoutWordsOf(group, otherNotes),
    notes: group,
    longNotes: i === 0 ? long : {},
  }))
  const costs: CheckoutCosts[][] = directories.map(() => [])
  for (let round = 1; round <= rounds; round++) {
    // the second begins in every other round, so that neither profits from its place
    const order = [...directories.keys()]
    for (const i of round % 2 === 0 ? order.reverse() : order) {
      const directory = directories[i] ?? ''
      const parts: Costs[] = []
      for (const group of groups)
        parts.push(await runProcess({ modulePath: join(directory, RULE_ANALYZER), ...group }, signal))
      const own = perNote(directory, parts, notes.length)
      costs[i]?.push(own)
      const [warm, cold] = [own.warmMicroseconds, own.coldMicroseconds].map((time) => time.toFixed(1))
      print(`round ${round} of ${rounds}, ${own.analyzer} of ${directory}: warm ${warm} µs, cold ${cold} µs`)
    }
  }
  const ratio = (cost: (costs: CheckoutCosts) => number) =>
    ratioOf((costs[0] ?? []).map(cost), costs[1]?.map(cost) ?? [])
  return {
    ...{ notes: notes.length, rounds },
    checkouts: costs.map(medianCosts),
    ratios:
      directories.length < 2
        ? undefined
        : {
            warm: ratio(({ warmMicroseconds }) => warmMicroseconds),
            cold: ratio(({ coldMicroseconds }) => coldMicroseconds),
            slowest: ratio(({ slowestMs }) => slowestMs),
          },
  }
}

/** @throws Error when the process fails, or when `signal` is aborted */
async function runProcess(job: Job, signal: AbortSignal): Promise<Costs> {
  const program = fileURLToPath(new URL('analyzer-process.ts', import.meta.url))
  const child = fork(program, { execArgv: [...NODE_ARGS], stdio: ['ignore', 'inherit', 'inherit', 'ipc'], signal })
  const exited = once(child, 'exit')
  const answered = once(child, 'message') as Promise<[Reply]> // the only message that it sends
  const early = exited.then(() => Promise.reject(new Error(`the process for ${job.modulePath} ended without a reply`)))
  child.send(job)
  const [reply] = await Promise.race([answered, early])
  child.disconnect()
  await exited
  if ('error' in reply) throw new Error(`cannot measure ${job.modulePath}: ${reply.error}`)
  return reply.costs
}

function perNote(directory: string, parts: readonly Costs[], notes: number): CheckoutCosts {
  const total = (time: (part: Costs) => number) => parts.reduce((sum, part) => sum + time(part), 0)
  const longNotesMs = Object.assign({}, ...parts.map((part) => part.longNotesMs)) as Costs['longNotesMs'] // merged
  return {
    ...{ directory, analyzer: parts[0]?.analyzer ?? '' },
    warmMicroseconds: total(({ warmMicroseconds }) => warmMicroseconds) / notes,
    coldMicroseconds: total(({ coldMicroseconds }) => coldMicroseconds) / notes,
    ...{ longNotesMs, slowestMs: Math.max(...Object.values(longNotesMs)) },
  }
}

function medianCosts(rounds: readonly CheckoutCosts[]): CheckoutCosts {
  const { directory = '', analyzer = '', longNotesMs: first = {} } = rounds[0] ?? {}
  const longNotesMs = Object.fromEntries(
    Object.keys(first).map((name) => [name, median(rounds.map((round) => round.longNotesMs[name] ?? 0))]),
  )
  return {
    ...{ directory, analyzer },
    warmMicroseconds: median(rounds.map(({ warmMicroseconds }) => warmMicroseconds)),
    coldMicroseconds: median(rounds.map(({ coldMicroseconds }) => coldMicroseconds)),
    ...{ longNotesMs, slowestMs: Math.max(...Object.values(longNotesMs)) },
  }
}

function ratioOf(these: readonly number[], others: readonly number[]): Ratio {
  const ratios = these.map((cost, round) => cost / (others[round] ?? Number.NaN))
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
}
