import type { Random } from '../../testkit/random.ts'
import type { Ledger } from './ledger.ts'
import type { Target } from './target.ts'

/*
 * How the suite works: a campaign plans cases from a seed. For each case the fuzzer of its protocol generates a valid
 * request as a draft, applies random mutations, which demand or permit outcomes, sends it, and checks the response with
 * the oracles. A failed case is repeated with fewer mutations to find the smallest request that still fails. After the
 * campaign, check-target.ts checks the database, the logs, the metrics and the memory.
 */

/** The test oracles that every case is checked against. */
export const Oracle = {
  /** The status or RPC code is one that the request may get. */
  Status: 'status',
  /** An error has the format that its protocol prescribes. */
  Format: 'error format',
  /** The response arrives, or the connection closes, before the timeout. */
  Timeout: 'timeout',
  /** The connection serves the next request or is closed. */
  Connection: 'connection',
  /** A valid lead is returned as it was sent and can be read back. */
  Stored: 'stored as sent',
} as const
export type Oracle = (typeof Oracle)[keyof typeof Oracle]

/** A difference between what an oracle expects and what happened. */
export interface Violation {
  readonly oracle: Oracle
  readonly expected: string
  readonly got: string
}

/** One generated case, ready to run. */
export interface TestCase {
  /** The call in a few words, for example `POST /leads/`. */
  readonly summary: string
  /** The request as sent, in readable form. */
  request(): string
  /** Sends the request and checks the outcome. */
  run(): Promise<Violation[]>
}

/** What a case is generated from. The same case name and seed give the same request, except for keys and canaries. */
export interface CaseContext {
  /** For example `rest:17`. */
  readonly caseName: string
  readonly random: Random
  readonly target: Target
  readonly ledger: Ledger
  /** Returns a new canary: a token that must never be logged. Lower-case letters and digits, unique to the case. */
  token(): string
  /** Returns a new idempotency key, recognizable in a log. */
  key(): string
  /** Whether to apply the mutation with this index. The shrinker disables some. */
  isEnabled(index: number): boolean
  /** Names of the mutations by index; empty for those that were not applied. */
  readonly applied: string[]
}

/** Generates cases for one protocol. */
export interface Fuzzer {
  readonly protocol: string
  /** Its number of cases relative to that of the other fuzzers. */
  readonly weight: number
  generate(context: CaseContext): TestCase
}

/** The statuses or codes that a request may get, as its mutations change them. */
export interface Expectation {
  /** If not empty, the request is invalid: it must get one of these and change nothing. */
  readonly demanded: Set<number>
  /** Also allowed. */
  readonly permitted: Set<number>
}

export function noExpectation(): Expectation {
  return { demanded: new Set(), permitted: new Set() }
}

export function demand({ demanded }: Expectation, ...outcomes: number[]): void {
  for (const outcome of outcomes) demanded.add(outcome)
}

export function permit({ permitted }: Expectation, ...outcomes: number[]): void {
  for (const outcome of outcomes) permitted.add(outcome)
}

/** @param unmutated what the request gets if no mutation demands anything else */
export function allowedOutcomes({ demanded, permitted }: Expectation, unmutated: Iterable<number>): Set<number> {
  return new Set([...(demanded.size > 0 ? demanded : unmutated), ...permitted])
}

export interface Mutation<T> {
  readonly name: string
  /**
   * The part of the request that it changes. A draft takes at most one mutation of each part: a second one could repair
   * what the first one broke, while the status that the first one demands stays.
   */
  readonly part?: string
  /** @returns false if it does not apply to the draft in its current state */
  apply(draft: T, context: CaseContext, random: Random): unknown
}

const MAX_MUTATIONS = 4

/**
 * Applies up to {@link MAX_MUTATIONS} mutations, or none with probability `unchangedChance`. Each mutation has its own
 * random sequence, so that disabling one does not change the others.
 */
export function mutate<T>(
  draft: T,
  mutations: readonly Mutation<T>[],
  context: CaseContext,
  unchangedChance = 0.1,
): void {
  const offset = context.applied.length
  if (context.random.chance(unchangedChance)) return
  const count = Math.max(1, context.random.integer(1, MAX_MUTATIONS) - context.random.integer(0, 2))
  const changedParts = new Set<string>()
  for (let index = offset; index < offset + count; index += 1) {
    const random = context.random.fork(`mutation ${index}`)
    const { name, part, apply } = random.pick(mutations)
    const isApplied =
      context.isEnabled(index) &&
      (part === undefined || !changedParts.has(part)) &&
      apply(draft, context, random) !== false
    if (isApplied && part !== undefined) changedParts.add(part)
    context.applied.push(isApplied ? name : '')
  }
}
