import type { Attacker } from './attack.ts'
import { Oracle } from './attack.ts'
import type { FailedCase } from './campaign.ts'
import { kindOf } from './campaign.ts'

/** One line of the report: something that must hold. */
export interface Verdict {
  readonly name: string
  /** What is wrong, with examples; empty when it holds. */
  readonly faults: readonly string[]
}

/** What holds for the whole run, whatever the protocol; see check-target.ts. */
export const AFTERWARDS = [
  'the database holds what was acknowledged, as sent',
  'no process ended, and each stops cleanly',
  'no log line holds a canary',
  'nothing is logged as an error',
  'the log consists of JSON lines',
  'dead letters quote no lead',
  'metrics have bounded labels without canaries',
  'no call is counted as internal',
  'memory is flat',
] as const
export type Afterwards = (typeof AFTERWARDS)[number]

/** The names of all verdicts of a run. */
export function verdictNames(attackers: readonly Attacker[]): string[] {
  const ofCases = attackers.flatMap(({ protocol }) => Object.values(Oracle).map((oracle) => `${protocol}: ${oracle}`))
  return [...ofCases, ...AFTERWARDS]
}

/** For each protocol and oracle: the kinds of failures, each with its smallest example. */
export function checkCases(attackers: readonly Attacker[], failures: readonly FailedCase[], seed: number): Verdict[] {
  return attackers.flatMap(({ protocol }) =>
    Object.values(Oracle).map((oracle) => {
      const own = failures.filter((failure) => failure.protocol === protocol && failure.fault.oracle === oracle)
      const kinds = Map.groupBy(own, ({ fault }) => [fault.expected, kindOf(fault)].join('|'))
      const sorted = [...kinds.values()].sort((a, b) => b.length - a.length)
      return { name: `${protocol}: ${oracle}`, faults: sorted.map((cases) => describeKind(cases, seed)) }
    }),
  )
}

function describeKind(cases: readonly FailedCase[], seed: number): string {
  const [smallest] = [...cases].sort(
    (a, b) => a.applied.length - b.applied.length || a.request.length - b.request.length,
  )
  if (smallest === undefined) return ''
  const { what, applied, fault, caseName, request } = smallest
  return [
    `${cases.length} × expected ${fault.expected}, got ${fault.got}`,
    `  ${causesOf(cases)}`,
    `  for example ${what} [${applied.join(', ') || 'plain'}]: npm run test:hostile -- --seed ${seed} --case ${caseName}`,
    ...request.split('\n').map((line) => `  | ${line.slice(0, 400)}`),
  ].join('\n')
}

/** What was done to the requests that failed alike, the most frequent first. */
function causesOf(cases: readonly FailedCase[]): string {
  const causes = Map.groupBy(cases, ({ applied }) => applied.join(' + ') || 'plain')
  const sorted = [...causes].sort(([, a], [, b]) => b.length - a.length)
  return sorted
    .slice(0, 20)
    .map(([cause, { length }]) => `${length} × ${cause}`)
    .join(', ')
}

const SHOWN = 12

/** The report as lines; the last one says how many hold. */
export function describeVerdicts(verdicts: readonly Verdict[]): string[] {
  const failed = verdicts.filter(({ faults }) => faults.length > 0)
  return [
    ...failed.flatMap(({ name, faults }) => [
      `FAILED ${name} (${faults.length})`,
      ...faults.slice(0, SHOWN).flatMap((fault) => fault.split('\n').map((line) => `  ${line}`)),
    ]),
    `${verdicts.length - failed.length} passed, ${failed.length} failed`,
  ]
}
