import type { RateLimiterRes } from 'rate-limiter-flexible'
import type { Log } from '../log/log.ts'
import type { Sql } from '../postgres/connect.ts'
import type { ClientBuckets } from './call-limits.ts'
import { createPostgresLimiter } from './postgres-limiter.ts'
import type { Rate } from './rate.ts'
import { createRecentMap } from './recent-map.ts'
import type { Taken } from './token-buckets.ts'

/*
 * Token buckets that all processes of a service share, in PostgreSQL. Invariants:
 *  1. A process takes tokens from the shared bucket in portions and spends them in memory, so that a call costs a
 *     statement only when a portion is used up. Calls meanwhile wait for the same statement.
 *  2. A portion is spent within a window or not at all: tokens that are kept longer would add up to larger bursts.
 *  3. Together, the processes give out at most quota + t * quota / windowSeconds tokens in t seconds, plus one portion
 *     each. While PostgreSQL is away, each process keeps to the limit by itself.
 */

/** Statements per client, process and window, at most. */
const PORTIONS = 20
const MAX_CLIENTS = 10_000

interface Portion {
  left: number
  /** What the shared bucket held when the portion was taken. */
  sharedLeft: number
  spendBy: number
  /** Resolves with the refusal of the shared bucket; undefined if it gave tokens. */
  pending: Promise<Taken | undefined> | undefined
}

export interface SharedBucketsOptions {
  readonly sql: Sql
  /** Identifies the buckets of this service and limit in the database. */
  readonly name: string
  readonly rate: Rate
  readonly log: Log
}

export function createSharedBuckets({ sql, name, rate, log }: SharedBucketsOptions): ClientBuckets {
  const limiter = createPostgresLimiter({ sql, name, rate, log })
  const windowMs = rate.windowSeconds * 1_000
  const msPerToken = windowMs / rate.quota
  const portionSize = Math.ceil(rate.quota / PORTIONS)
  const portions = createRecentMap<Portion>({ maxEntries: MAX_CLIENTS, maxAgeMs: windowMs })

  const portionOf = (client: string): Portion => {
    const now = performance.now()
    const known = portions.get(client, now)
    if (known !== undefined) {
      if (now > known.spendBy) known.left = 0 // 2
      return known
    }
    const portion = { left: 0, sharedLeft: rate.quota, spendBy: 0, pending: undefined }
    portions.set(client, portion, now)
    return portion
  }

  const spend = (portion: Portion, tokens: number): Taken | undefined => {
    if (portion.left < tokens) return undefined
    portion.left -= tokens
    return { allowed: true, remaining: portion.left + portion.sharedLeft, waitMs: msPerToken }
  }

  const fetch = async (client: string, portion: Portion, tokens: number): Promise<Taken | undefined> => {
    try {
      const { remainingPoints } = await limiter.consume(client, tokens)
      portion.left += tokens
      portion.sharedLeft = remainingPoints
      portion.spendBy = performance.now() + windowMs
      return undefined
    } catch (thrown) {
      if (thrown instanceof Error) throw thrown
      const { msBeforeNext } = thrown as RateLimiterRes // what the limiter rejects with when the bucket has too little
      return { allowed: false, remaining: portion.left, waitMs: msBeforeNext }
    } finally {
      portion.pending = undefined
    }
  }

  const fetchAndSpend = async (client: string, tokens: number): Promise<Taken> => {
    for (;;) {
      const portion = portionOf(client)
      const taken = spend(portion, tokens)
      if (taken !== undefined) return taken
      portion.pending ??= fetch(client, portion, Math.max(portionSize, tokens)) // 1
      const refusal = await portion.pending
      if (refusal !== undefined) return spend(portion, tokens) ?? refusal
    }
  }

  return {
    take: (client, tokens = 1) => spend(portionOf(client), tokens) ?? fetchAndSpend(client, tokens),
  }
}
