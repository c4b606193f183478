import type { Verdict } from '../../testkit/load/verdict.ts'

/** How one run went. */
export interface Outcome {
  readonly fault: string
  readonly seed: number
  /** Leads that clients sent: keys, not calls. */
  readonly sent: number
  readonly acknowledged: number
  /** Failed tries by kind, the most frequent first. */
  readonly errors: readonly (readonly [kind: string, count: number])[]
  /** Calls that failed twice in a row, which a client with a single retry would have given up. */
  readonly failedTwice: number
  readonly repaired: number
  readonly redelivered: number
  readonly verdict: Verdict
  /** From the end of the fault until every lead acknowledged until then was settled; undefined: not in time. */
  readonly recoverySeconds: number | undefined
  readonly tookSeconds: number
}

export function passed({ verdict, recoverySeconds }: Outcome): boolean {
  const { lost, doubled, wrong } = verdict
  return lost.length + doubled.length + wrong.length === 0 && recoverySeconds !== undefined
}

/** One line for a run. */
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
    `repaired ${outcome.repaired}`,
    `redelivered ${outcome.redelivered}`,
    `dead letters ${verdict.deadLetters}`,
    `lost ${verdict.lost.length}`,
    `doubled ${verdict.doubled.length}`,
    `wrong ${verdict.wrong.length}`,
    `recovered in ${recoverySeconds === undefined ? 'no time' : `${recoverySeconds.toFixed(1)} s`}`,
    `took ${outcome.tookSeconds.toFixed(0)} s`,
  ].join('  ')
}

const SHOWN = 10

/** What was found, for whoever has to find out why. */
export function explain({ verdict }: Outcome): string[] {
  const some = (what: string, faults: readonly string[]) => [
    ...faults.slice(0, SHOWN).map((fault) => `       ${what}: ${fault}`),
    ...(faults.length > SHOWN ? [`       ${what}: and ${faults.length - SHOWN} more`] : []),
  ]
  return [...some('lost', verdict.lost), ...some('doubled', verdict.doubled), ...some('wrong', verdict.wrong)]
}
