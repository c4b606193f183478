import type { Sql } from '../../../lib/postgres/connect.ts'
import { throwIfAborted } from '../../../lib/postgres/reads.ts'
import type { FacetFrequencies } from './facet-frequencies.ts'
import type { InsightFilter } from './insight-filter.ts'
import type { Order, Position, Slice } from './order.ts'

/** Limits of the steps in which a list is read. */
export interface StepLimits {
  /** Rows of the first step of a walk, for each match that is wanted; each next step is four times as long. */
  readonly firstRows: number
  /** Rows that are walked over before the index of facets may be used. */
  readonly maxWalk: number
  /** The walk continues beyond that if its matches so far make it likely to fill the page within this many more rows. */
  readonly maxExpectedWalk: number
  /** The same before the search index is used. */
  readonly maxTextWalk: number
  /** Longest step of a walk, where nothing but a walk is possible. */
  readonly longestWalk: number
  /** Insights with the rarest facet of a filter within a window of days: about how many a search may look through. */
  readonly maxScan: number
  /** A window of days with more matches is made smaller. */
  readonly maxMatches: number
  /** Leads with all trigrams of a term whose text is read in one step. */
  readonly maxCandidates: number
  /** Such leads that are checked for having no insight, rather than walking over the leads without one. */
  readonly maxWaitingCandidates: number
  /** Text of the newest leads, in no segment of the search index yet, that is read at once. More is walked over. */
  readonly maxUnindexedBytes: number
}

/** A step costs some ten milliseconds at most. */
export const STEP_LIMITS: StepLimits = {
  firstRows: 2,
  maxWalk: 2_000,
  maxExpectedWalk: 10_000,
  maxTextWalk: 1_000,
  longestWalk: 4_000,
  maxScan: 100_000,
  maxMatches: 1_000,
  maxCandidates: 1_000,
  maxWaitingCandidates: 3_000,
  maxUnindexedBytes: 10_000_000,
}

/** How much longer each step of a walk is than the one before. */
export const GROWTH = 4

/** How a part of a list is read. */
export interface Scan {
  readonly sql: Sql
  readonly frequencies: FacetFrequencies
  readonly order: Order
  readonly filter: InsightFilter
  readonly limits: StepLimits
  /** How many matches are wanted. */
  readonly limit: number
  /** When to stop short of `limit`, in ms of performance.now(). At least one step is made. */
  readonly deadline: number
  /** Aborts when the caller has gone. */
  readonly signal?: AbortSignal | undefined
}

/** What a step found: every match after its start and up to `through`; undefined when nothing of the rank follows. */
export interface Step {
  readonly matches: readonly Position[]
  readonly through: Position | undefined
  /** Whether nothing of a later rank follows either. Default: false. */
  readonly isEnd?: boolean
}

/**
 * Makes steps until there are enough matches, nothing follows, or the deadline has passed.
 *
 * @param step gets the position after which it starts, and how many matches are still wanted
 */
export async function takeSteps(
  { limit, deadline, signal }: Pick<Scan, 'limit' | 'deadline' | 'signal'>,
  start: Position,
  step: (from: Position, limit: number) => Promise<Step>,
): Promise<Slice & Pick<Step, 'isEnd'>> {
  const positions: Position[] = []
  let through: Position | undefined = start
  let isEnd = false
  while (through !== undefined && positions.length < limit) {
    if (through !== start && performance.now() > deadline) break
    throwIfAborted(signal)
    const found: Step = await step(through, limit - positions.length)
    positions.push(...found.matches)
    through = found.through
    isEnd = found.isEnd ?? false
  }
  return { positions, through, isEnd }
}
