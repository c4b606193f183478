import type { Verdict } from '../../testkit/load/verdict.ts'

/** The outcome of one fault. */
export interface Outcome {
  readonly fault: string
  readonly seed: number
  /** Number of leads that clients sent: keys, not calls. */
  readonly sent: number
  readonly acknowledged: number
  /** Failed attempts by kind, the most frequent first. */
  readonly errors: readonly (readonly [kind: string, count: number])[]
  /** Number of calls that failed twice in a row, so that a single retry would not have been enough. */
  readonly failedTwice: number
  readonly republished: number
  readonly redelivered: number
  readonly verdict: Verdict
  /** From the end of the fault until every lead acknowledged before was settled; undefined when that took too long. */
  readonly recoverySeconds: number | undefined
  readonly tookSeconds: number
}

export function passed({ verdict, recoverySeconds }: Outcome): boolean {
  const { lost, duplicated, wrong } = verdict
  return lost.length + duplicated.length + wrong.length === 0 && recoverySeconds !== undefined
}

/** Describes an outcome in one line. */
export function describe(outcome: Outcome): string {
  const { verdict, errors, recoverySeconds } = outcome
  const kinds = errors.map(([kind, count]) => `${kind} ${count}`).join(', ')
  const total = errors.reduce((sum, [, count]) => sum + count, 0)
  return [
    `${passed(outcome) ? 'ok    ' : 'FAILED'} ${outcome.fault.padEnd(22)} seed ${outcome.seed}`,
    `sent ${outcome.sent}`,
    `acknowledged ${outcome.acknowledged}`,
    `errors ${total}${kinds && ` (${kinds})`}`,
    `failed twice ${outcome.failedTwice}`,
    `republished ${outcome.republished}`,
    `redelivered ${outcome.redelivered}`,
    `dead letters ${verdict.deadLetters}`,
    `lost ${verdict.lost.length}`,
    `duplicated ${verdict.duplicated.length}`,
    `wrong ${verdict.wrong.length}`,
    `recovered in ${recoverySeconds === undefined ? 'too much time' : `${recoverySeconds.toFixed(1)} s`}`,
    `took ${outcome.tookSeconds.toFixed(0)} s`,
  ].join('  ')
}

const SHOWN = 10

/** The first findings of each kind. */
export function explain({ verdict }: Outcome): string[] {
  const some = (what: string, faults: readonly string[]) => [
    ...faults.slice(0, SHOWN).map((fault) => `       ${what}: ${fault}`),
    ...(faults.length > SHOWN ? [`       ${what}: and ${faults.length - SHOWN} more`] : []),
  ]
  return [...some('lost', verdict.lost), ...some('duplicated', verdict.duplicated), ...some('wrong', verdict.wrong)]
}
