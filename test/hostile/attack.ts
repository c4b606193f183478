import type { Random } from '../../testkit/random.ts'
import type { Ledger } from './ledger.ts'
import type { Target } from './target.ts'

/** What is looked at after every case. */
export const Oracle = {
  /** The status or code is one that the request may get. */
  Answer: 'answer',
  /** An error has the form that its protocol promises. */
  Form: 'form of errors',
  /** The answer comes, or the connection is closed, within a bound. */
  Time: 'time',
  /** The connection serves the next request or is closed. */
  Connection: 'connection',
  /** A valid lead is answered for as it was sent and can be read back. */
  Kept: 'kept as sent',
} as const
export type Oracle = (typeof Oracle)[keyof typeof Oracle]

/** What is wrong with the outcome of a case. */
export interface Fault {
  readonly oracle: Oracle
  readonly expected: string
  readonly got: string
}

/** One hostile case, ready to run. */
export interface Attack {
  /** The call in a few words, for example `POST /leads/`. */
  readonly what: string
  /** The request as it is sent, for a person. */
  request(): string
  /** Sends it and looks at the outcome. */
  run(): Promise<Fault[]>
}

/** What an attack is made from. The same case makes the same attack, but for its keys and canaries. */
export interface Making {
  /** Such as `rest:17`. */
  readonly caseName: string
  readonly random: Random
  readonly target: Target
  readonly ledger: Ledger
  /** A canary: a token that no other case has, and that must never be logged. Lower-case letters and digits. */
  token(): string
  /** An idempotency key that no other case has, recognizable in a log too. */
  key(): string
  /** Whether the mutation of this number is to be applied: the shrinker leaves some out. */
  keeps(index: number): boolean
  /** The names of the mutations that were applied. */
  readonly applied: string[]
}

/** Makes attacks over one protocol. */
export interface Attacker {
  readonly protocol: string
  /** How many of a hundred cases it gets. */
  readonly share: number
  make(making: Making): Attack
}

export interface Mutation<T> {
  readonly name: string
  /** @returns false when it does not apply to what the draft has become */
  apply(draft: T, making: Making, random: Random): unknown
}

const MOST_MUTATIONS = 4

/**
 * Applies up to {@link MOST_MUTATIONS} mutations, none with a chance of `calm`. Each draws from a sequence of its own, so
 * that leaving one out changes no other.
 */
export function mutate<T>(draft: T, mutations: readonly Mutation<T>[], making: Making, calm = 0.1): void {
  const offset = making.applied.length
  if (making.random.chance(calm)) return
  const count = Math.max(1, making.random.integer(1, MOST_MUTATIONS) - making.random.integer(0, 2))
  for (let index = 0; index < count; index += 1) {
    const random = making.random.fork(`mutation ${offset + index}`)
    const mutation = random.pick(mutations)
    if (!making.keeps(offset + index)) making.applied.push('')
    else if (mutation.apply(draft, making, random) === false) making.applied.push('')
    else making.applied.push(mutation.name)
  }
}
