import type { FailedCase } from './campaign.ts'
import { signatureOf } from './campaign.ts'
import type { Fuzzer } from './fuzzer.ts'
import { Oracle } from './fuzzer.ts'

export interface CheckResult {
  readonly name: string
  /** Empty if the check passed. */
  readonly violations: readonly string[]
}

/** Checks of the whole run, made by check-target.ts. */
export const RUN_CHECKS = [
  'the database holds what was acknowledged, as sent',
  'no process exits early, and each stops cleanly',
  'no log line holds a canary',
  'nothing is logged as an error',
  'the log consists of JSON lines',
  'no dead letter holds a canary',
  'metrics have bounded labels without canaries',
  'no call is counted as internal',
  'memory is flat',
] as const
export type RunCheck = (typeof RUN_CHECKS)[number]

/** The names of all checks of a run. */
export function checkNames(fuzzers: readonly Fuzzer[]): string[] {
  const ofCases = fuzzers.flatMap(({ protocol }) => Object.values(Oracle).map((oracle) => `${protocol}: ${oracle}`))
  return [...ofCases, ...RUN_CHECKS]
}

/** Groups the failures of each protocol and oracle by signature, each group with its smallest example. */
export function checkCases(fuzzers: readonly Fuzzer[], failures: readonly FailedCase[], seed: number): CheckResult[] {
  return fuzzers.flatMap(({ protocol }) =>
    Object.values(Oracle).map((oracle) => {
      const own = failures.filter((failure) => failure.protocol === protocol && failure.violation.oracle === oracle)
      const groups = Map.groupBy(own, ({ violation }) => [violation.expected, signatureOf(violation)].join('|'))
      const sorted = [...groups.values()].sort((a, b) => b.length - a.length)
      return { name: `${protocol}: ${oracle}`, violations: sorted.map((cases) => describeGroup(cases, seed)) }
    }),
  )
}

function describeGroup(cases: readonly FailedCase[], seed: number): string {
  const [smallest] = [...cases].sort(
    (a, b) => a.applied.length - b.applied.length || a.request.length - b.request.length,
  )
  if (smallest === undefined) return ''
  const { summary, applied, violation, caseName, request } = smallest
  return [
    `${cases.length} × expected ${violation.expected}, got ${violation.got}`,
    `  ${mutationsOf(cases)}`,
    `  for example ${summary} [${applied.join(', ') || 'not mutated'}]: npm run test:hostile -- --seed ${seed} --case ${caseName}`,
    ...request.split('\n').map((line) => `  | ${line.slice(0, 400)}`),
  ].join('\n')
}

/** The combinations of mutations in a group, the most frequent first. */
function mutationsOf(cases: readonly FailedCase[]): string {
  const combinations = Map.groupBy(cases, ({ applied }) => applied.join(' + ') || 'not mutated')
  const sorted = [...combinations].sort(([, a], [, b]) => b.length - a.length)
  return sorted
    .slice(0, 20)
    .map(([combination, { length }]) => `${length} × ${combination}`)
    .join(', ')
}

const MAX_SHOWN = 12

/** Returns the failed checks as lines. */
export function describeFailures(results: readonly CheckResult[]): string[] {
  const failed = results.filter(({ violations }) => violations.length > 0)
  return failed.flatMap(({ name, violations }) => [
    `FAILED ${name} (${violations.length})`,
    ...violations.slice(0, MAX_SHOWN).flatMap((violation) => violation.split('\n').map((line) => `  ${line}`)),
  ])
}
